// SPDX-License-Identifier: Apache-2.0

/// A set of labels that a writer has written down (`device="sda",fstype="ext4"`), good in that collection of that writer
/// alone.
///
/// To keep one longer, or to give it to another writer, there is `KeptLabels`.
public struct Labels: Sendable {
    let offset: Int
    let count: Int
    /// The collection that it belongs to; no other collection of any writer has the same number.
    let collection: UInt64

    /// No label at all, which every collection has.
    public static let none = Labels(offset: 0, count: 0, collection: 0)
}

/// Writes the labels of one set, in the order in which they are added.
public struct LabelText: ~Copyable {
    var sink = ByteSink(capacity: 1_024)
    private var start = 0
    /// The collection that the labels written now belong to.
    private(set) var collection: UInt64 = 0

    /// Adds a label whose value may hold any bytes: they are escaped, and what is not UTF-8 becomes U+FFFD.
    public mutating func add(_ name: StaticString, _ value: UnsafeRawBufferPointer) {
        unsafe open(UnsafeRawBufferPointer(start: name.utf8Start, count: name.utf8CodeUnitCount))
        unsafe close(value)
    }

    /// Adds a label with a name that is known only at run time; the name must be a valid label name.
    public mutating func add(name: UnsafeRawBufferPointer, _ value: UnsafeRawBufferPointer) {
        unsafe open(name)
        unsafe close(value)
    }

    /// Adds a label with a literal value.
    public mutating func add(_ name: StaticString, _ value: StaticString) {
        unsafe add(name, UnsafeRawBufferPointer(start: value.utf8Start, count: value.utf8CodeUnitCount))
    }

    /// Adds a label with a string value.
    public mutating func add(_ name: StaticString, _ value: String) {
        var value = value
        value.withUTF8 { unsafe add(name, UnsafeRawBufferPointer($0)) }
    }

    /// Adds a label with a number as its value, in plain decimal digits.
    public mutating func add(_ name: StaticString, _ value: Int) {
        unsafe open(UnsafeRawBufferPointer(start: name.utf8Start, count: name.utf8CodeUnitCount))
        var digits = value.magnitude
        var divisor: UInt = 1
        while digits / divisor >= 10 { divisor *= 10 }
        if value < 0 { sink.append(UInt8(ascii: "-")) }
        while divisor > 0 {
            sink.append(UInt8(truncatingIfNeeded: digits / divisor) &+ 0x30)
            digits %= divisor
            divisor /= 10
        }
        sink.append(UInt8(ascii: "\""))
    }

    /// Forgets all sets, which are good no longer.
    mutating func beginCollection(_ collection: UInt64) {
        sink.removeAll()
        self.collection = collection
    }

    mutating func begin() {
        start = sink.count
    }

    /// True for a set of this collection that lies within the text.
    func owns(_ labels: Labels) -> Bool {
        labels.count == 0
            || labels.collection == collection && labels.offset >= 0 && labels.offset &+ labels.count <= sink.count
    }

    /// The bytes of a set, which must be this collection's.
    func bytes(of labels: Labels) -> UnsafeRawBufferPointer {
        unsafe UnsafeRawBufferPointer(start: sink.base + labels.offset, count: labels.count)
    }

    /// Takes over labels that stand in the text already, which must be this collection's.
    mutating func copy(_ labels: Labels) {
        guard labels.count > 0 else { return }
        let room = unsafe sink.room(for: labels.count)
        unsafe room.update(from: sink.base + labels.offset, count: labels.count)
        sink.commit(labels.count)
    }

    func end() -> Labels {
        Labels(offset: start, count: sink.count - start, collection: collection)
    }

    private mutating func open(_ name: UnsafeRawBufferPointer) {
        if sink.count > start { sink.append(UInt8(ascii: ",")) }
        unsafe sink.append(name)
        sink.append("=\"")
    }

    private mutating func close(_ value: UnsafeRawBufferPointer) {
        let room = unsafe sink.room(for: 3 * value.count + 4)
        sink.commit(unsafe UTF8Text.escapeLabelValue(value, to: room))
        sink.append(UInt8(ascii: "\""))
    }
}
