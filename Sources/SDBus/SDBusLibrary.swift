// SPDX-License-Identifier: Apache-2.0

internal import CSDBus

/// libsystemd, opened at run time for its client of D-Bus.
///
/// A host without systemd needs neither the library nor this object. It belongs to one thread at a time, together with
/// all that is made from it and keeps it.
@safe
public final class SDBusLibrary {
    /// The loaded functions, which only the C shim looks behind.
    let pointer: OpaquePointer

    /// Opens `libsystemd.so.0`.
    ///
    /// Cost: one dlopen and twenty look-ups of symbols.
    ///
    /// - Throws: `SDBusError.notLoadable`.
    public init() throws(SDBusError) {
        let room = 256
        let reason = UnsafeMutableBufferPointer<CChar>.allocate(capacity: room)
        defer { unsafe reason.deallocate() }
        unsafe reason.initialize(repeating: 0)
        guard let text = reason.baseAddress, let library = unsafe csdbus_open(text, room) else {
            let bytes = unsafe UnsafeRawBufferPointer(reason).prefix { $0 != 0 }
            throw .notLoadable(unsafe String(decoding: bytes, as: UTF8.self))
        }
        unsafe pointer = library
    }

    deinit {
        unsafe csdbus_close(pointer)
    }
}
