// SPDX-License-Identifier: Apache-2.0
//
// Why pci_scan_bus is not used: it reads the directory itself, and an entry whose name is no address ends that scan
// with an open directory and its memory lost. Listing the directory here and asking libpci for one function at a time
// also confines the error of a function that vanishes meanwhile to that function.

#include "cpcibus.h"
#include "attributes.h"

#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <malloc.h>
#include <pci/pci.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

struct cpcibus {
    struct pci_access *access;
    bool names_failed;
    char devices[];
};

/// Where libpci's error callback, which must not return, jumps to. The callback is told nothing but a message.
struct trap {
    jmp_buf target;
    char message[CPCIBUS_MESSAGE_SIZE];
};

static _Thread_local struct trap *armed_trap;

__attribute__((noreturn)) static void trap_error(char *format, ...) {
    struct trap *trap = armed_trap;
    if (trap) {
        va_list arguments;
        va_start(arguments, format);
        vsnprintf(trap->message, sizeof trap->message, format, arguments);
        va_end(arguments);
        armed_trap = NULL;
        longjmp(trap->target, 1);
    }
    // Never reached: each call into libpci below is armed. Returning is forbidden, and ending the process worse.
    for (;;) {
        pause();
    }
}

static void stay_silent(char *format, ...) {
    (void)format;
}

static void release(struct cpcibus *bus) {
    // pci_cleanup calls through the access methods, which are not there yet when pci_init failed.
    if (bus->access && bus->access->methods) {
        struct trap trap;
        armed_trap = &trap;
        if (setjmp(trap.target) == 0) {
            pci_cleanup(bus->access);
        }
        armed_trap = NULL;
    }
    free(bus);
}

int cpcibus_open(const char *path, const char *ids_path, struct cpcibus **result, char *message) {
    *result = NULL;
    const size_t size = strlen(path) + sizeof "/devices";
    struct cpcibus *volatile bus = calloc(1, sizeof *bus + size);
    if (!bus) {
        snprintf(message, CPCIBUS_MESSAGE_SIZE, "out of memory");
        return CPCIBUS_FAILED;
    }
    snprintf(bus->devices, size, "%s/devices", path);
    struct trap trap;
    armed_trap = &trap;
    if (setjmp(trap.target) != 0) {
        snprintf(message, CPCIBUS_MESSAGE_SIZE, "%s", trap.message);
        release(bus);
        return CPCIBUS_FAILED;
    }
    struct pci_access *access = pci_alloc();
    bus->access = access;
    access->error = trap_error;
    access->warning = stay_silent;
    access->debug = stay_silent;
    // Naming the method keeps pci_init from probing for I/O ports and /dev/mem where there is no sysfs.
    access->method = PCI_ACCESS_SYS_BUS_PCI;
    access->id_lookup_mode = 0;
    char name[] = "sysfs.path";
    if (pci_set_param(access, name, (char *)path) != 0) {
        trap_error("libpci does not know sysfs.path");
    }
    if (ids_path) {
        pci_set_name_list_path(access, strdup(ids_path), 1);
    }
    pci_init(access);
    armed_trap = NULL;
    *result = bus;
    return CPCIBUS_OK;
}

void cpcibus_close(struct cpcibus *bus) {
    if (bus) {
        release(bus);
    }
}

static void copy_identity(struct pci_dev *device, int known, struct cpcibus_function *function) {
    function->vendor_id = device->vendor_id;
    function->device_id = device->device_id;
    function->class_code = device->device_class;
    if (known & PCI_FILL_SUBSYS) {
        function->has_subsystem = 1;
        function->subsystem_vendor_id = device->subsys_vendor_id;
        function->subsystem_device_id = device->subsys_id;
    }
    function->numa_node = known & PCI_FILL_NUMA_NODE ? device->numa_node : -1;
    const char *driver = pci_get_string_property(device, PCI_FILL_DRIVER);
    if (driver) {
        snprintf(function->status.driver, sizeof function->status.driver, "%s", driver);
    }
    const char *group = pci_get_string_property(device, PCI_FILL_IOMMU_GROUP);
    char *end = NULL;
    const long number = group ? strtol(group, &end, 10) : -1;
    function->iommu_group = group && *group && !*end && number >= 0 && number <= INT32_MAX ? (int32_t)number : -1;
}

/// Asks libpci for one function. `fields` may name only what it finds in sysfs: for the rest it would read
/// configuration space.
static int fill_identity(struct cpcibus *bus, int fields, struct cpcibus_function *function, char *message) {
    struct pci_dev *volatile device = NULL;
    struct trap trap;
    armed_trap = &trap;
    if (setjmp(trap.target) != 0) {
        snprintf(message, CPCIBUS_MESSAGE_SIZE, "%s", trap.message);
        if (device) {
            pci_free_dev(device);
        }
        return CPCIBUS_FAILED;
    }
    const struct cpcibus_address *address = &function->address;
    device = pci_get_dev(bus->access, (int)address->domain, address->bus, address->device, address->function);
    const int known = pci_fill_info(device, fields);
    copy_identity(device, known & fields, function);
    pci_free_dev(device);
    armed_trap = NULL;
    return CPCIBUS_OK;
}

static int read_function(struct cpcibus *bus, int devices, const char *name, struct cpcibus_function *function,
                         char *message) {
    int fields = PCI_FILL_IDENT | PCI_FILL_CLASS | PCI_FILL_DRIVER | PCI_FILL_NUMA_NODE | PCI_FILL_IOMMU_GROUP;
    if (attribute_exists(devices, name, "subsystem_vendor")) {
        fields |= PCI_FILL_SUBSYS;
    }
    if (fill_identity(bus, fields, function, message) != CPCIBUS_OK) {
        return CPCIBUS_FAILED;
    }
    char text[16];
    const ssize_t length = attribute_read(devices, name, "revision", text, sizeof text - 1);
    if (length > 0) {
        text[length] = '\0';
        function->has_revision = 1;
        function->revision = (uint8_t)strtoul(text, NULL, 0);
    }
    function->is_virtual_function = attribute_exists(devices, name, "physfn");
    return CPCIBUS_OK;
}

static int open_devices(const struct cpcibus *bus, DIR **directory, int *error_number) {
    *directory = opendir(bus->devices);
    if (*directory) {
        return CPCIBUS_OK;
    }
    *error_number = errno;
    return errno == ENOENT || errno == ENOTDIR ? CPCIBUS_ABSENT : CPCIBUS_UNREADABLE;
}

int cpcibus_read_all(struct cpcibus *bus, struct cpcibus_function *functions, size_t capacity,
                     struct cpcibus_scan *scan) {
    memset(scan, 0, sizeof *scan);
    DIR *directory;
    const int opened = open_devices(bus, &directory, &scan->error_number);
    if (opened != CPCIBUS_OK) {
        return opened;
    }
    const int devices = dirfd(directory);
    for (struct dirent *entry; (entry = readdir(directory));) {
        if (entry->d_name[0] == '.') {
            continue;
        }
        struct cpcibus_function function = {.numa_node = -1, .iommu_group = -1};
        if (!address_parse(entry->d_name, &function.address)) {
            scan->misnamed++;
            continue;
        }
        char message[CPCIBUS_MESSAGE_SIZE];
        if (read_function(bus, devices, entry->d_name, &function, message) != CPCIBUS_OK) {
            // A link that leads nowhere any more is a function unplugged while we looked, not one we failed to read.
            if (attribute_exists(devices, entry->d_name, "")) {
                if (scan->lost++ == 0) {
                    memcpy(scan->message, message, sizeof message);
                }
            }
            continue;
        }
        if (scan->found < capacity) {
            functions[scan->found] = function;
        }
        scan->found++;
    }
    closedir(directory);
    return CPCIBUS_OK;
}

int cpcibus_read_status(struct cpcibus *bus, const struct cpcibus_address *address, struct cpcibus_status *status) {
    memset(status, 0, sizeof *status);
    const int devices = open(bus->devices, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
    if (devices < 0) {
        return CPCIBUS_ABSENT;
    }
    char name[ADDRESS_SIZE];
    address_format(address, name);
    const bool present = attribute_exists(devices, name, "");
    if (present) {
        attribute_status(devices, name, status);
    }
    close(devices);
    return present ? CPCIBUS_OK : CPCIBUS_ABSENT;
}

int cpcibus_read_configuration(struct cpcibus *bus, const struct cpcibus_address *address) {
    const int devices = open(bus->devices, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
    if (devices < 0) {
        return CPCIBUS_CONFIG_NOT_READ;
    }
    char name[ADDRESS_SIZE];
    address_format(address, name);
    const int state = attribute_configuration(devices, name);
    close(devices);
    return state;
}

static uint64_t mix(uint64_t hash, const char *text) {
    for (; *text; text++) {
        hash = (hash ^ (unsigned char)*text) * 0x100000001b3;
    }
    return (hash ^ 0xff) * 0x100000001b3;
}

int cpcibus_change_token(struct cpcibus *bus, const struct cpcibus_address *watched, size_t count, uint64_t *token) {
    const uint64_t seed = 0xcbf29ce484222325;
    DIR *directory;
    int error_number;
    const int opened = open_devices(bus, &directory, &error_number);
    if (opened != CPCIBUS_OK) {
        return opened;
    }
    // Times of a sysfs directory do not follow its entries, hence their names. A sum, as their order may change.
    uint64_t sum = 0;
    for (struct dirent *entry; (entry = readdir(directory));) {
        sum += mix(seed, entry->d_name);
    }
    uint64_t drivers = seed;
    for (size_t index = 0; index < count; index++) {
        char name[ADDRESS_SIZE], driver[64];
        address_format(&watched[index], name);
        attribute_link_name(dirfd(directory), name, "driver", driver, sizeof driver);
        drivers = mix(drivers, driver);
    }
    closedir(directory);
    *token = sum ^ drivers;
    return CPCIBUS_OK;
}

int cpcibus_names(struct cpcibus *bus, uint16_t vendor_id, uint16_t device_id, char *vendor, size_t vendor_size,
                  char *device, size_t device_size) {
    vendor[0] = device[0] = '\0';
    if (bus->names_failed) {
        return CPCIBUS_FAILED;
    }
    struct trap trap;
    armed_trap = &trap;
    if (setjmp(trap.target) != 0) {
        // A pci.ids that cannot be parsed costs a descriptor each time it is tried.
        bus->names_failed = true;
        return CPCIBUS_FAILED;
    }
    // Without the last flag libpci would take udev's database before pci.ids.
    const int local = PCI_LOOKUP_NO_NUMBERS | PCI_LOOKUP_NO_HWDB;
    char text[256];
    const char *found = pci_lookup_name(bus->access, text, sizeof text, PCI_LOOKUP_VENDOR | local, vendor_id);
    snprintf(vendor, vendor_size, "%s", found ? found : "");
    found = pci_lookup_name(bus->access, text, sizeof text, PCI_LOOKUP_DEVICE | local, vendor_id, device_id);
    snprintf(device, device_size, "%s", found ? found : "");
    armed_trap = NULL;
    return CPCIBUS_OK;
}

void cpcibus_forget_names(struct cpcibus *bus) {
    pci_free_name_list(bus->access);
    // libpci reads the list again only when told that it has not failed to.
    bus->access->id_load_failed = 0;
    // The list is thousands of small blocks, which the allocator would keep.
    malloc_trim(0);
}
