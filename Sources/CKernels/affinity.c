#define _GNU_SOURCE
#include "ttq_affinity.h"

#include <sched.h>
#include <string.h>

int ttq_cpuset_get(ttq_cpuset *set) {
  memset(set, 0, sizeof *set);
  return sched_getaffinity(0, sizeof *set, (cpu_set_t *)set);
}

int ttq_cpuset_bind(const ttq_cpuset *set) { return sched_setaffinity(0, sizeof *set, (const cpu_set_t *)set); }
