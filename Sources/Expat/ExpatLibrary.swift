// SPDX-License-Identifier: Apache-2.0

internal import CExpat

/// Why a document could not be read.
public enum ExpatError: Error, Equatable, Sendable, CustomStringConvertible {
    /// libexpat cannot be opened; the linker's words.
    case notLoadable(String)
    /// The bytes are no document that is accepted; what is wrong, and in which line.
    case malformed(String)

    /// One line for a person.
    public var description: String {
        switch self {
        case .notLoadable(let reason): reason
        case .malformed(let reason): "no XML document: \(reason)"
        }
    }
}

/// libexpat, opened at run time.
///
/// It belongs to one thread at a time.
@safe
public final class ExpatLibrary {
    private let pointer: OpaquePointer

    /// Opens `libexpat.so.1`.
    ///
    /// - Throws: `ExpatError.notLoadable`.
    public init() throws(ExpatError) {
        var library: OpaquePointer?
        let reason = unsafe Self.reason { text, room in unsafe library = cexpat_open(text, room) }
        guard let library = unsafe library else { throw .notLoadable(reason) }
        unsafe pointer = library
    }

    deinit {
        unsafe cexpat_close(pointer)
    }

    /// Parses a document of at most 32 MiB.
    ///
    /// One that brings a document type, and so perhaps entities of its own, is refused.
    ///
    /// - Throws: `ExpatError.malformed`.
    public func parse(_ bytes: [UInt8]) throws(ExpatError) -> XMLTokens {
        var document: OpaquePointer?
        let reason = unsafe Self.reason { text, room in
            // The library copies what it keeps.
            unsafe bytes.withUnsafeBytes { bytes in
                let characters = unsafe bytes.bindMemory(to: CChar.self)
                var nothing: CChar = 0
                unsafe document = unsafe withUnsafePointer(to: &nothing) {
                    unsafe cexpat_parse(pointer, characters.baseAddress ?? $0, characters.count, text, room)
                }
            }
        }
        guard let document = unsafe document else { throw .malformed(reason) }
        return unsafe XMLTokens(document)
    }

    /// What a call writes of a failure; empty where it writes nothing.
    private static func reason(_ body: (UnsafeMutablePointer<CChar>, Int) -> Void) -> String {
        unsafe withUnsafeTemporaryAllocation(of: CChar.self, capacity: 256) { room in
            unsafe room.initialize(repeating: 0)
            guard let start = room.baseAddress else { return "" }
            unsafe body(start, room.count)
            return unsafe String(cString: start)
        }
    }
}
