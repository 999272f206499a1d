#include "roofs_rows.h"

size_t ttq_roof_count(void) {
#if defined(__x86_64__)
  return 5;
#else
  return 1;
#endif
}

const ttq_roof_row *ttq_roof_at(size_t index) {
#if defined(__x86_64__)
  const ttq_roof_row *const rows[] = {
      &ttq_roofs_baseline, &ttq_roofs_avx2, &ttq_roofs_avx512, &ttq_roofs_avx512vnni, &ttq_roofs_avx512bf16};
#else
  const ttq_roof_row *const rows[] = {&ttq_roofs_baseline};
#endif
  return index < ttq_roof_count() ? rows[index] : NULL;
}
