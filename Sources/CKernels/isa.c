#include "ttq_isa.h"

#include <string.h>

#if defined(__x86_64__)
#include <cpuid.h>

static uint64_t enabled_state(void) {
  uint32_t low, high;
  __asm__ volatile("xgetbv" : "=a"(low), "=d"(high) : "c"(0));
  return ((uint64_t)high << 32) | low;
}

// Registers are usable only where the system saves them: bits 1-2 XMM and YMM, 5-7 opmask and ZMM.
static uint32_t usable_isa(void) {
  uint32_t a, b, c, d, b7, c7, d7, a71 = 0;
  if (!__get_cpuid(1, &a, &b, &c, &d) || !(c & bit_OSXSAVE)) return TTQ_ISA_BASELINE;
  const uint64_t state = enabled_state();
  const int ymm = (state & 0x06) == 0x06, zmm = (state & 0xe6) == 0xe6;
  const uint32_t c1 = c;
  if (!__get_cpuid_count(7, 0, &a, &b7, &c7, &d7)) return TTQ_ISA_BASELINE;
  if (a >= 1) __cpuid_count(7, 1, a71, b, c, d);

  uint32_t isa = TTQ_ISA_BASELINE;
  if (ymm && (b7 & bit_AVX2) && (c1 & bit_FMA) && (c1 & bit_F16C)) isa |= TTQ_ISA_AVX2;
  const uint32_t wide = bit_AVX512F | bit_AVX512BW | bit_AVX512DQ | bit_AVX512VL;
  if ((isa & TTQ_ISA_AVX2) && zmm && (b7 & wide) == wide) isa |= TTQ_ISA_AVX512;
  if ((isa & TTQ_ISA_AVX512) && (c7 & bit_AVX512VNNI)) isa |= TTQ_ISA_AVX512VNNI;
  if ((isa & TTQ_ISA_AVX512) && (c7 & bit_AVX512BITALG)) isa |= TTQ_ISA_AVX512BITALG;
  if ((isa & TTQ_ISA_AVX512) && (a71 & bit_AVX512BF16)) isa |= TTQ_ISA_AVX512BF16;
  return isa;
}

ttq_cpu ttq_cpu_probe(void) {
  ttq_cpu cpu = {.vendor = "unknown", .brand = "unknown"};
  uint32_t a, b, c, d;
  if (!__get_cpuid(0, &a, &b, &c, &d)) return cpu;
  memcpy(cpu.vendor, &b, 4), memcpy(cpu.vendor + 4, &d, 4), memcpy(cpu.vendor + 8, &c, 4);
  if (__get_cpuid(1, &a, &b, &c, &d)) {
    const uint32_t family = (a >> 8) & 15, model = (a >> 4) & 15;
    cpu.family = family + (family == 15 ? (a >> 20) & 255 : 0);
    cpu.model = model + (family == 6 || family == 15 ? ((a >> 16) & 15) << 4 : 0);
    cpu.stepping = a & 15;
    cpu.hypervisor = c >> 31;
  }
  for (uint32_t leaf = 0; leaf < 3; leaf++)
    if (__get_cpuid(0x80000002u + leaf, &a, &b, &c, &d)) {
      const uint32_t text[4] = {a, b, c, d};
      memcpy(cpu.brand + 16 * leaf, text, 16);
    }
  cpu.isa = usable_isa();
  return cpu;
}
#else
ttq_cpu ttq_cpu_probe(void) {
  ttq_cpu cpu = {.vendor = "unknown", .brand = "unknown"};
  return cpu;
}
#endif
