#pragma once
#include <stddef.h>
#include <stdint.h>

// Packed weights, defined once for C and Swift. K input channels are padded to KP, the next multiple of 32 (a chunk);
// groups of g = 32, 64 or 128 channels, the last group as short as KP leaves it. N output channels are padded to a multiple
// of 16 (a panel) by repeating the last one; padding input channels have code 0 and meet activations that are 0.
//
// Layout `rows`: for each row, for each group
//     f16 scale | f16 minimum | codes, `bits` bits each, channel after channel from the low bit up
// Layout `panel16`: for each panel of 16 rows, for each group
//     for each chunk of the group: bits x 64 bytes of codes | f16 scale[16] | f16 minimum[16]
// A chunk of 16 x 32 codes is stored in planes, from the high bits of a code to its low ones:
//     8 bit = 8;  5 bit = 4 + 1 (bits 4..1, then bit 0);  4 bit = 4;  3 bit = 2 + 1;  2 bit = 2
// A plane of width w is w vectors of 64 bytes. Byte 4 r + i of vector v holds, for row r and i = 0...3, the fields of the
// 8/w channels 4 (v (8/w) + f) + i in bits w f ... w f + w - 1, f = 0 ... 8/w - 1: masked and shifted, a vector is the
// operand of vpdpbusd for four channels of sixteen rows, without any shuffle.
//
// Layout `planes16`: as panel16, but a chunk is stored bit by bit: a word of 16 bits holds bit p of the codes of sixteen
// channels of a row, the first channel lowest. Planes stand in pairs 2 s and 2 s + 1, two vectors of 64 bytes for each pair:
// word 2 r + e of vector 2 s + h is plane 2 s + e of row r, channels 16 h ... 16 h + 15 of the chunk. Where the bits are odd, the
// plane left over is one more vector, whose word 2 r + h is of row r, channels 16 h ... 16 h + 15. So all words of a
// vector of a pair are of the same channels: they look up the same tables, or meet the same bits of activations.
//
// Layout `compact16`: as panel16, with scales and minima in 8 bits, in steps of their row. For each panel of 16 rows
//     f16 scale step[16] | f16 minimum step[16], then for each two groups
//     u8 scale[16] | s8 minimum[16] of the first | u8 scale[16] | s8 minimum[16] of the second, or zeros | chunks of both
// A scale is the product of its 8 bits and its row's step in f32, and so is a minimum.

enum { TTQ_CHUNK = 32, TTQ_PANEL = 16 };
enum { TTQ_LAYOUT_ROWS = 0, TTQ_LAYOUT_PANEL16 = 1, TTQ_LAYOUT_PLANES16 = 2, TTQ_LAYOUT_COMPACT16 = 3 }; // PackedLayout

static inline size_t ttq_padded_k(size_t k) { return (k + TTQ_CHUNK - 1) / TTQ_CHUNK * TTQ_CHUNK; }
static inline size_t ttq_padded_n(size_t n) { return (n + TTQ_PANEL - 1) / TTQ_PANEL * TTQ_PANEL; }
static inline size_t ttq_groups(size_t k, size_t group) { return (k + group - 1) / group; }

// Bytes of one row in layout `rows`, and of one panel of 16 rows in panel16 and planes16: the latter is 16 of the former.
static inline size_t ttq_row_bytes(size_t k, size_t bits, size_t group) {
  return ttq_padded_k(k) / 8 * bits + 4 * ttq_groups(k, group);
}
static inline size_t ttq_panel_bytes(size_t k, size_t bits, size_t group) {
  return TTQ_PANEL * ttq_row_bytes(k, bits, group);
}

// What a panel begins with in a layout, its steps, and a sixteenth of a panel of compact16.
static inline size_t ttq_head_bytes(uint32_t layout) { return layout == TTQ_LAYOUT_COMPACT16 ? 64 : 0; }
static inline size_t ttq_compact_row_bytes(size_t k, size_t bits, size_t group) {
  return 4 + 4 * ((ttq_groups(k, group) + 1) / 2) + ttq_padded_k(k) / 8 * bits;
}
static inline size_t ttq_layout_panel_bytes(uint32_t layout, size_t k, size_t bits, size_t group) {
  return TTQ_PANEL * (layout == TTQ_LAYOUT_COMPACT16 ? ttq_compact_row_bytes(k, bits, group) : ttq_row_bytes(k, bits, group));
}
