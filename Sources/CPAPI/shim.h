#pragma once
// papi.pc does not list libsde, which holds the software-defined events; the module map links both.
#include <papi.h>
#include <sde_lib.h>
