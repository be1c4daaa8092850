// SPDX-License-Identifier: Apache-2.0

/// What a dump fills: it takes the messages of one kind and keeps its storage from dump to dump.
protocol RouteTable {
    /// Forgets all rows and keeps the storage.
    mutating func removeAll()

    /// Takes one message of the dump: its type and where its payload lies in the datagram.
    ///
    /// Types that are not the table's own are ignored; a row that cannot be read is counted and left out.
    mutating func append(messageType: UInt16, payload: Range<Int>, in datagram: RawSpan)

    /// Called instead of another attempt when the kernel's list kept changing: the rows may hold doubles.
    mutating func settleForInconsistent()
}
