// SPDX-License-Identifier: Apache-2.0

/// What is made of an answer of the kernel: it takes the messages one by one.
///
/// A table is meant to be kept, so that the next answer uses its storage again.
public protocol NetlinkTable {
    /// Forgets all rows and keeps the storage.
    mutating func removeAll()

    /// Takes one message of the answer: its type and where its payload, the bytes behind the header, lies.
    ///
    /// Types that are not the table's own are to be ignored, and a row that cannot be read is to be counted and left
    /// out. Nothing outside `payload` belongs to the message.
    mutating func append(messageType: UInt16, payload: Range<Int>, in datagram: RawSpan)

    /// Called when the kernel's list changed during the last attempt too: rows may be missing or doubled.
    mutating func markInconsistent()
}
