// SPDX-License-Identifier: Apache-2.0
//
// The files of a sensors configuration, for the case that libsensors does not take them all.

#ifndef CLMSENSORS_CONFIGURATION_H
#define CLMSENSORS_CONFIGURATION_H

#include <stddef.h>
#include <stdio.h>

/// What is put together from files.
struct configuration {
    /// Paths, in the order in which libsensors reads them.
    char **files;
    size_t file_count;
    /// The content of those that were added.
    char *text;
    size_t length;
};

/// Finds the files: `given` alone where it is not NULL, else /etc/sensors3.conf (or /etc/sensors.conf) and
/// /etc/sensors.d.
void configuration_begin(struct configuration *configuration, const char *given);

/// Adds a file's content. NULL, or why it was not added.
///
/// A bus statement holds for its own file; of two that give one number to different adapters only the first can hold
/// where both files are read as one.
const char *configuration_add(struct configuration *configuration, const char *path);

/// All that was added, for reading; NULL without memory.
FILE *configuration_open(const struct configuration *configuration);

void configuration_end(struct configuration *configuration);

#endif
