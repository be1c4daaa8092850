// SPDX-License-Identifier: Apache-2.0
//
// What is read of a function's sysfs folder without libpci.

#ifndef CPCIBUS_ATTRIBUTES_H
#define CPCIBUS_ATTRIBUTES_H

#include "cpcibus.h"

#include <stdbool.h>
#include <sys/types.h>

/// The longest name of a PCI address, with its final zero ("10000000:00:00.0").
#define ADDRESS_SIZE 24

/// Takes a folder's name apart. False unless libpci would print the address just so.
bool address_parse(const char *name, struct cpcibus_address *address);

void address_format(const struct cpcibus_address *address, char text[ADDRESS_SIZE]);

/// True when `devices/NAME/FILE` exists; with an empty FILE, when the function's folder does.
bool attribute_exists(int devices, const char *name, const char *file);

/// Reads at most `size` bytes; -1 with errno when that fails.
ssize_t attribute_read(int devices, const char *name, const char *file, void *buffer, size_t size);

/// Fills driver and runtime status, neither of which wakes a function.
void attribute_status(int devices, const char *name, struct cpcibus_status *status);

/// One of CPCIBUS_CONFIG: what the head of configuration space says.
uint8_t attribute_configuration(int devices, const char *name);

/// The last component of a link's target, cut to `size`; empty where there is no link.
void attribute_link_name(int devices, const char *name, const char *file, char *text, size_t size);

#endif
