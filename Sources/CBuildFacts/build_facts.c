// SPDX-License-Identifier: Apache-2.0
#include "build_facts.h"

#ifndef HOST_EXPORTER_REVISION
#define HOST_EXPORTER_REVISION ""
#endif

const char *const build_facts_revision = HOST_EXPORTER_REVISION;
