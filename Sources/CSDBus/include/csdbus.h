// SPDX-License-Identifier: Apache-2.0
// The client of D-Bus in libsystemd (sd-bus(3)), opened at run time: its headers are not needed to build, nor the
// library to start. Calls return 0 or more, or a negative errno, as sd-bus does.
#ifndef HOST_EXPORTER_CSDBUS_H
#define HOST_EXPORTER_CSDBUS_H

#include <stddef.h>
#include <stdint.h>

/// The loaded library.
typedef struct csdbus_library csdbus_library;
/// A connection; one thread at a time.
typedef struct sd_bus sd_bus;
/// A message, with a position up to which it has been read.
typedef struct sd_bus_message sd_bus_message;

/// What a method is called with; all but the two arguments must be there.
struct csdbus_call {
    const char *_Nonnull destination;
    const char *_Nonnull path;
    const char *_Nonnull interface;
    const char *_Nonnull member;
    /// Arguments of type string; NULL for none.
    const char *_Nullable first;
    const char *_Nullable second;
};

/// Opens libsystemd; NULL, with the linker's words in `reason`, where it is not there or has no sd-bus.
csdbus_library *_Nullable csdbus_open(char *_Nonnull reason, size_t room);

/// Lets go of the library.
void csdbus_close(csdbus_library *_Nonnull library);

/// Begins a connection to an address (`unix:path=…`); with `is_bus` a message bus, else a peer.
int csdbus_connect(
    const csdbus_library *_Nonnull library, const char *_Nonnull address, int is_bus,
    sd_bus *_Nullable *_Nonnull bus);

/// Closes a connection, without waiting for anything.
void csdbus_disconnect(const csdbus_library *_Nonnull library, sd_bus *_Nonnull bus);

/// Sends a method call, which starts no service; its reply will have the cookie.
int csdbus_send(
    const csdbus_library *_Nonnull library, sd_bus *_Nonnull bus, const struct csdbus_call *_Nonnull call,
    uint64_t *_Nonnull cookie);

/// Waits for the next reply until a time of CLOCK_MONOTONIC in microseconds; -ETIMEDOUT when that has passed.
int csdbus_receive(
    const csdbus_library *_Nonnull library, sd_bus *_Nonnull bus, uint64_t deadline,
    sd_bus_message *_Nullable *_Nonnull reply, uint64_t *_Nonnull cookie);

/// Lets go of a message.
void csdbus_release(const csdbus_library *_Nonnull library, sd_bus_message *_Nonnull message);

/// The name of the error that a reply is, and the other side's words in `text`; NULL where it is none.
const char *_Nullable csdbus_error(
    const csdbus_library *_Nonnull library, sd_bus_message *_Nonnull message,
    const char *_Nullable *_Nonnull text);

/// Reads a value of a basic type into room that fits it (sd_bus_message_read_basic(3)); 0 at the end of an array.
int csdbus_read(
    const csdbus_library *_Nonnull library, sd_bus_message *_Nonnull message, char type, void *_Nonnull value);

/// Goes into a container of a type and contents; 0 at the end of an array, -ENXIO where something else stands there.
int csdbus_enter(
    const csdbus_library *_Nonnull library, sd_bus_message *_Nonnull message, char type,
    const char *_Nonnull contents);

/// Leaves the container.
int csdbus_leave(const csdbus_library *_Nonnull library, sd_bus_message *_Nonnull message);

/// Goes past values of these types.
int csdbus_skip(
    const csdbus_library *_Nonnull library, sd_bus_message *_Nonnull message, const char *_Nonnull types);

#endif
