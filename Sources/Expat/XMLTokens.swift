// SPDX-License-Identifier: Apache-2.0

internal import CExpat
public import KernelFiles

/// A part of a document; what it holds is a view of the document, good as long as that is.
public enum XMLToken {
    /// The start of an element, with its name.
    case start(Bytes)
    /// The end of an element, with its name.
    case end(Bytes)
    /// Text between two tags, whole, with its entities replaced.
    case text(Bytes)
}

/// The tags and texts of a document in their order; attributes are left out.
@safe
public struct XMLTokens: ~Copyable {
    private let document: OpaquePointer
    private let count: Int
    private var position = 0

    init(_ document: OpaquePointer) {
        unsafe self.document = document
        count = unsafe cexpat_token_count(document)
    }

    deinit {
        unsafe cexpat_free(document)
    }

    /// The next token; nil at the end.
    public mutating func next() -> XMLToken? {
        guard position < count else { return nil }
        let token = unsafe cexpat_token_at(document, position)
        position += 1
        let text = unsafe UnsafeRawPointer(token.text).assumingMemoryBound(to: UInt8.self)
        let bytes = unsafe Bytes(text, count: token.count)
        switch unsafe token.kind {
        case CEXPAT_START: return .start(bytes)
        case CEXPAT_END: return .end(bytes)
        default: return .text(bytes)
        }
    }
}
