// SPDX-License-Identifier: Apache-2.0

internal import CSDBus
import Glibc
public import KernelFiles

/// An answer, read from its first value to its last.
///
/// Texts are views of the message: good as long as it is.
@safe
public struct SDBusMessage: ~Copyable {
    /// The number of the call that it answers.
    public let cookie: UInt64

    private let library: SDBusLibrary
    private let pointer: OpaquePointer

    init(_ library: SDBusLibrary, _ pointer: OpaquePointer, cookie: UInt64) {
        self.library = library
        unsafe self.pointer = pointer
        self.cookie = cookie
    }

    deinit {
        unsafe csdbus_release(library.pointer, pointer)
    }

    /// The error that the answer is; nil where it is none.
    public var refusal: SDBusError? {
        var text: UnsafePointer<CChar>?
        guard let name = unsafe csdbus_error(library.pointer, pointer, &text) else { return nil }
        // Both are C strings of the message.
        return unsafe .refused(name: String(cString: name), text: text.map { unsafe String(cString: $0) } ?? "")
    }

    /// Goes into an array of elements of a type; false where something else stands there.
    public func enterArray(of element: StaticString) -> Bool { enter("a", element) }

    /// Goes into the next structure of these types; false at the end of its array, or where something else stands there.
    public func enterStructure(of types: StaticString) -> Bool { enter("r", types) }

    /// Goes into a variant that holds a value of a type; false where it holds another one.
    public func enterVariant(of type: StaticString) -> Bool { enter("v", type) }

    /// Leaves an array, a structure or a variant.
    public func leave() {
        _ = unsafe csdbus_leave(library.pointer, pointer)
    }

    /// Goes past values of these types; false where others stand there.
    @discardableResult
    public func skip(_ types: StaticString) -> Bool {
        // A literal ends with a zero byte.
        types.withUTF8Buffer { text in
            unsafe text.withMemoryRebound(to: CChar.self) { text in
                guard let text = text.baseAddress else { return false }
                return unsafe csdbus_skip(library.pointer, pointer, text) >= 0
            }
        }
    }

    /// The next value, a text; nil where there is none.
    public func string() -> Bytes? { text("s") }

    /// The next value, the path of an object; nil where there is none.
    public func objectPath() -> Bytes? { text("o") }

    /// The next value, an unsigned number of 32 bits; nil where there is none.
    public func unsigned32() -> UInt32? {
        var value: UInt32 = 0
        return unsafe csdbus_read(library.pointer, pointer, Self.character("u"), &value) > 0 ? value : nil
    }

    /// The next value, an unsigned number of 64 bits; nil where there is none.
    public func unsigned64() -> UInt64? {
        var value: UInt64 = 0
        return unsafe csdbus_read(library.pointer, pointer, Self.character("t"), &value) > 0 ? value : nil
    }

    /// The next value, yes or no; nil where there is none.
    public func boolean() -> Bool? {
        // The library writes a C int.
        var value: Int32 = 0
        return unsafe csdbus_read(library.pointer, pointer, Self.character("b"), &value) > 0 ? value != 0 : nil
    }

    private func text(_ type: UnicodeScalar) -> Bytes? {
        var value: UnsafePointer<CChar>?
        guard unsafe csdbus_read(library.pointer, pointer, Self.character(type), &value) > 0, let value = unsafe value
        else { return nil }
        // A C string of the message.
        let count = unsafe strlen(value)
        return unsafe UnsafeRawPointer(value).withMemoryRebound(to: UInt8.self, capacity: count) {
            unsafe Bytes($0, count: count)
        }
    }

    private func enter(_ type: UnicodeScalar, _ contents: StaticString) -> Bool {
        // A literal ends with a zero byte.
        contents.withUTF8Buffer { text in
            unsafe text.withMemoryRebound(to: CChar.self) { text in
                guard let text = text.baseAddress else { return false }
                return unsafe csdbus_enter(library.pointer, pointer, Self.character(type), text) > 0
            }
        }
    }

    private static func character(_ scalar: UnicodeScalar) -> CChar {
        CChar(truncatingIfNeeded: scalar.value)
    }
}
