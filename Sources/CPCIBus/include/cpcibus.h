// SPDX-License-Identifier: Apache-2.0
//
// libpci made callable: no function here ends the process, prints, or wakes a device, and what comes back are plain
// structs without pointers. A bus belongs to one thread at a time.

#ifndef CPCIBUS_H
#define CPCIBUS_H

#include <stddef.h>
#include <stdint.h>

/// Room for a message of ours or of libpci, with its final zero.
#define CPCIBUS_MESSAGE_SIZE 160

enum {
    CPCIBUS_OK = 0,
    /// There is no such bus, or the function is gone from it.
    CPCIBUS_ABSENT = 1,
    /// The directory of the bus cannot be read; `error_number` says why.
    CPCIBUS_UNREADABLE = 2,
    /// libpci gave up; the message says why.
    CPCIBUS_FAILED = 3,
};

/// What the first bytes of configuration space say.
enum {
    CPCIBUS_CONFIG_NOT_READ = 0,
    CPCIBUS_CONFIG_ANSWERS = 1,
    CPCIBUS_CONFIG_ALL_ONES = 2,
};

struct cpcibus_address {
    uint32_t domain;
    uint8_t bus;
    uint8_t device;
    uint8_t function;
};

/// What may change while a function stays where it is.
struct cpcibus_status {
    /// Empty: no driver is bound.
    char driver[64];
    /// The word of `power/runtime_status`; empty: the kernel does not say.
    char runtime_status[16];
};

struct cpcibus_function {
    struct cpcibus_address address;
    uint16_t vendor_id;
    uint16_t device_id;
    uint16_t class_code;
    uint16_t subsystem_vendor_id;
    uint16_t subsystem_device_id;
    uint8_t has_subsystem;
    uint8_t has_revision;
    uint8_t revision;
    /// 1: an SR-IOV virtual function of a physical one on this host.
    uint8_t is_virtual_function;
    /// -1: none.
    int32_t numa_node;
    /// -1: none.
    int32_t iommu_group;
    struct cpcibus_status status;
};

struct cpcibus_scan {
    /// Functions read, also those for which the array had no room.
    size_t found;
    /// Functions that are there but could not be read.
    size_t lost;
    /// Entries whose name is no PCI address.
    size_t misnamed;
    int error_number;
    /// Of the first lost function.
    char message[CPCIBUS_MESSAGE_SIZE];
};

struct cpcibus;

/// Opens the bus whose folder (the one that holds `devices/`) is `path`; `ids_path` is a pci.ids file or NULL for the
/// system's. A bus that does not exist can be opened too: it may appear later.
int cpcibus_open(const char *path, const char *ids_path, struct cpcibus **result, char *message);

void cpcibus_close(struct cpcibus *bus);

/// Reads every function of the bus into `functions`, in the directory's order. Of the status only the driver: the rest
/// costs more than all else, so ask cpcibus_read_status for the functions that matter.
int cpcibus_read_all(struct cpcibus *bus, struct cpcibus_function *functions, size_t capacity,
                     struct cpcibus_scan *scan);

/// Reads again what may have changed of one function. Does not involve libpci.
int cpcibus_read_status(struct cpcibus *bus, const struct cpcibus_address *address, struct cpcibus_status *status);

/// Reads the head of a function's configuration space, one of CPCIBUS_CONFIG. The kernel wakes a function that is
/// suspended in D3cold for it, so ask for its status first.
int cpcibus_read_configuration(struct cpcibus *bus, const struct cpcibus_address *address);

/// A number that changes when a function appears or goes or when one of `watched` gets another driver.
int cpcibus_change_token(struct cpcibus *bus, const struct cpcibus_address *watched, size_t count, uint64_t *token);

/// The names of a vendor and a device in pci.ids, empty where it does not know them. Never asks the network.
int cpcibus_names(struct cpcibus *bus, uint16_t vendor_id, uint16_t device_id, char *vendor, size_t vendor_size,
                  char *device, size_t device_size);

/// Gives back the memory of pci.ids, which is some megabytes once a name was asked for.
void cpcibus_forget_names(struct cpcibus *bus);

#endif
