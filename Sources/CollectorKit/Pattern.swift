// SPDX-License-Identifier: Apache-2.0

import CRE2
public import KernelFiles

/// Why a regular expression was refused.
public struct PatternError: Error, Equatable, Sendable, CustomStringConvertible {
    /// The expression as given.
    public let source: String
    /// RE2's words.
    public let reason: String

    /// What is wrong and what is accepted.
    public var description: String {
        "\"\(FlagTable.cut(source))\" is not a regular expression (\(reason)); it takes RE2 syntax, for example ^(sd[a-z]|nvme.*)$"
    }
}

/// A regular expression in RE2's language, compiled once.
///
/// Matching takes time linear in the bytes.
@safe
public final class Pattern: @unchecked Sendable {
    // Sendable: nothing in it changes, and RE2 objects may be used from several threads at once.

    /// The expression as given.
    public let source: String
    private let compiled: OpaquePointer

    /// Compiles an expression; with `anchored` it has to match from the first to the last byte.
    public init(_ source: String, anchored: Bool = false) throws(PatternError) {
        self.source = source
        var text = anchored ? "^(?:\(source))$" : source
        var reason = ""
        let pattern: OpaquePointer? = unsafe withUnsafeTemporaryAllocation(of: CChar.self, capacity: 256) { error in
            guard let message = error.baseAddress else { return nil }
            return text.withUTF8 { bytes in
                unsafe bytes.withMemoryRebound(to: CChar.self) { characters in
                    var empty: CChar = 0
                    let made = unsafe withUnsafePointer(to: &empty) {
                        unsafe cre2_compile(characters.baseAddress ?? $0, characters.count, message, 256)
                    }
                    if unsafe made == nil { reason = unsafe String(cString: message) }
                    return unsafe made
                }
            }
        }
        guard let pattern = unsafe pattern else { throw PatternError(source: source, reason: reason) }
        unsafe compiled = pattern
    }

    deinit {
        unsafe cre2_free(compiled)
    }

    /// True where the expression matches somewhere in the bytes.
    public func matches(_ bytes: Bytes) -> Bool {
        let buffer = unsafe bytes.unsafeBuffer
        return unsafe cre2_matches(compiled, buffer.assumingMemoryBound(to: CChar.self).baseAddress, buffer.count)
    }

    /// True where the expression matches somewhere in the string's UTF-8.
    public func matches(_ text: String) -> Bool {
        var text = text
        return text.withUTF8 { bytes in
            unsafe cre2_matches(
                compiled, UnsafeRawBufferPointer(bytes).assumingMemoryBound(to: CChar.self).baseAddress, bytes.count)
        }
    }
}
