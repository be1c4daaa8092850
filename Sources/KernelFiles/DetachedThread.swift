// SPDX-License-Identifier: Apache-2.0

import Glibc

/// Starts threads that nobody joins: a call into a driver may keep one for ever.
public enum DetachedThread {
    /// Frames are small here; 8 MB each, the default, would only show as virtual memory.
    private static let stackBytes = 512 << 10

    private final class Start {
        let name: String
        let body: @Sendable () -> Void

        init(_ name: String, _ body: @escaping @Sendable () -> Void) {
            self.name = name
            self.body = body
        }
    }

    /// Starts a thread of this name; false where the system gives no thread.
    ///
    /// The kernel keeps 15 bytes of the name.
    public static func start(_ name: String, _ body: @escaping @Sendable () -> Void) -> Bool {
        var attributes = pthread_attr_t()
        unsafe pthread_attr_init(&attributes)
        defer { unsafe pthread_attr_destroy(&attributes) }
        unsafe pthread_attr_setdetachstate(&attributes, Int32(PTHREAD_CREATE_DETACHED))
        unsafe pthread_attr_setstacksize(&attributes, stackBytes)
        // The new thread takes over the one reference.
        let start = unsafe Unmanaged.passRetained(Start(name, body))
        var thread = pthread_t()
        let failure = unsafe pthread_create(
            &thread, &attributes,
            { argument in
                guard let argument = unsafe argument else { return nil }
                let start = unsafe Unmanaged<Start>.fromOpaque(argument).takeRetainedValue()
                ThreadName.set(start.name)
                start.body()
                return nil
            }, start.toOpaque())
        if failure != 0 { unsafe start.release() }
        return failure == 0
    }
}
