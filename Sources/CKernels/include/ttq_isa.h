#pragma once
#include <stdint.h>

// Instruction sets a kernel may require. One token names both the compiler's target features and the run-time check, so the
// two cannot disagree: TTQ_TARGET_<TOKEN> is what the function is compiled for, TTQ_ISA_<TOKEN> what the machine must have.
// A token includes everything of the tokens that its target string includes.

#define TTQ_ISA_BASELINE 0u
#define TTQ_ISA_AVX2 (1u << 0)       // AVX2, FMA, F16C
#define TTQ_ISA_AVX512 (1u << 1)     // AVX-512 F, BW, DQ, VL
#define TTQ_ISA_AVX512VNNI (1u << 2) // vpdpbusd on 512-bit registers
#define TTQ_ISA_AVX512BITALG (1u << 3) // vpopcntw on 512-bit registers
#define TTQ_ISA_AVX512BF16 (1u << 4) // vdpbf16ps on 512-bit registers

#define TTQ_TARGET_AVX2 "avx2,fma,f16c"
#define TTQ_TARGET_AVX512 "avx2,fma,f16c,avx512f,avx512bw,avx512dq,avx512vl"
#define TTQ_TARGET_AVX512VNNI TTQ_TARGET_AVX512 ",avx512vnni"
#define TTQ_TARGET_AVX512BITALG TTQ_TARGET_AVX512 ",avx512bitalg"
#define TTQ_TARGET_AVX512BF16 TTQ_TARGET_AVX512 ",avx512bf16"

// What CPUID reports and XGETBV says the system saves and restores.
typedef struct {
  char vendor[13];
  char brand[49];
  uint32_t family, model, stepping;
  uint32_t isa;        // TTQ_ISA_* bits
  uint32_t hypervisor; // 1 under a hypervisor
} ttq_cpu;

ttq_cpu ttq_cpu_probe(void);

// Tells the core that the thread spins.
static inline void ttq_pause(void) {
#if defined(__x86_64__)
  __builtin_ia32_pause();
#endif
}
