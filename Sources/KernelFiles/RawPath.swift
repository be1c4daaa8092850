// SPDX-License-Identifier: Apache-2.0

/// A path as the bytes that the kernel knows it by, which need not be UTF-8.
@safe
public struct RawPath: Sendable, Hashable {
    /// The bytes with a final NUL.
    private let terminated: [UInt8]

    /// Takes the bytes up to the first NUL, if there is one: no path holds a NUL.
    public init(_ bytes: some Sequence<UInt8>) {
        terminated = Array(bytes.prefix { $0 != 0 }) + [0]
    }

    /// A path given as text.
    public init(_ text: String) {
        self.init(text.utf8)
    }

    /// The bytes without the final NUL.
    public var bytes: ArraySlice<UInt8> { terminated.dropLast() }

    /// The path for people and labels; bytes that are not UTF-8 become U+FFFD.
    public var text: String { String(decoding: bytes, as: UTF8.self) }

    /// The entry of this name in the directory of this path.
    public func appending(_ name: Bytes) -> RawPath {
        let slash: [UInt8] = bytes.last == UInt8(ascii: "/") ? [] : [UInt8(ascii: "/")]
        return RawPath(bytes + slash + name.array)
    }

    /// Calls `body` with the path as the C library takes it.
    func withPointer<Result>(_ body: (UnsafePointer<CChar>) -> Result) -> Result {
        unsafe terminated.withUnsafeBytes { buffer in
            // Never empty: the NUL is always there.
            var nul: CChar = 0
            return unsafe withUnsafePointer(to: &nul) { empty in
                unsafe body(buffer.assumingMemoryBound(to: CChar.self).baseAddress ?? empty)
            }
        }
    }
}
