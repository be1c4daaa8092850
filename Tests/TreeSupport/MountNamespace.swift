// SPDX-License-Identifier: Apache-2.0

import Foundation
import Synchronization

/// Runs code in a thread that has a mount namespace of its own, in which nobody else sees what it mounts.
///
/// The list of its mounts is /proc/thread-self/mountinfo; /proc/self/mountinfo has those of the process.
package enum MountNamespace {
    /// What could not be done.
    package struct Failure: Error {
        /// The call and the system's words for its error.
        package let reason: String
    }

    /// Why there can be no namespace here; nil where there can.
    package static let whyNot: String? = {
        do {
            try run {}
            return nil
        } catch {
            return "no mount namespace here: \((error as? Failure)?.reason ?? "\(error)")"
        }
    }()

    /// Runs `body` in a thread in a new namespace and waits for it.
    ///
    /// Nothing is expected in there: the testing library does not know the thread.
    package static func run<Result: Sendable>(_ body: @escaping @Sendable () throws -> Result) throws -> Result {
        let isDone = DispatchSemaphore(value: 0)
        let shared = Shared<Swift.Result<Result, any Error>>()
        let thread = Thread {
            let result = Swift.Result { () throws -> Result in
                try enter()
                return try body()
            }
            shared.outcome.withLock { $0 = result }
            isDone.signal()
        }
        thread.stackSize = 8 << 20
        thread.start()
        isDone.wait()
        guard let result = shared.outcome.withLock({ $0 }) else { throw Failure(reason: "the thread gave no result") }
        return try result.get()
    }

    private final class Shared<Value: Sendable>: Sendable {
        let outcome = Mutex<Value?>(nil)
    }

    private typealias Unshare = @convention(c) (Int32) -> Int32
    private typealias Mount =
        @convention(c) (
            UnsafePointer<CChar>?, UnsafePointer<CChar>?, UnsafePointer<CChar>?, UInt, UnsafeRawPointer?
        ) -> Int32
    private typealias Unmount = @convention(c) (UnsafePointer<CChar>?, Int32) -> Int32

    private static func enter() throws {
        let unshare: Unshare = try function("unshare")
        // CLONE_NEWNS.
        guard unshare(0x2_0000) == 0 else { throw Failure(reason: "unshare: \(String(cString: strerror(errno)))") }
        // MS_REC, MS_PRIVATE.
        try mount(nil, on: "/", type: nil, flags: 0x4000 | 0x4_0000)
    }

    /// Mounts in this thread's namespace.
    package static func mount(
        _ source: String?, on path: String, type: String?, flags: UInt = 0, options: String? = nil
    ) throws {
        let mount: Mount = try function("mount")
        let result = (options ?? "").withCString { mount(source, path, type, flags, $0) }
        guard result == 0 else { throw Failure(reason: "mount \(path): \(String(cString: strerror(errno)))") }
    }

    /// Puts a file or folder in the place of another one.
    package static func bind(_ source: String, on path: String) throws {
        // MS_BIND.
        try mount(source, on: path, type: nil, flags: 0x1000)
    }

    /// Takes away what was mounted last at a path; fails where somebody uses it, unless it is detached.
    package static func unmount(_ path: String, detaching isDetaching: Bool = false) throws {
        let unmount: Unmount = try function("umount2")
        // MNT_DETACH.
        guard unmount(path, isDetaching ? 2 : 0) == 0 else {
            throw Failure(reason: "umount \(path): \(String(cString: strerror(errno)))")
        }
    }

    private static func function<Function>(_ name: String) throws -> Function {
        guard let address = dlsym(nil, name) else { throw Failure(reason: "no \(name) in the C library") }
        return unsafeBitCast(address, to: Function.self)
    }
}
