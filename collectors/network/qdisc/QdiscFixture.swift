// SPDX-License-Identifier: Apache-2.0

import KernelFiles

/// A JSON file that stands in for the kernel's queueing disciplines: an array of objects, where what is left out is 0.
enum QdiscFixture {
    /// One queueing discipline of the file.
    struct Row {
        let device: [UInt8]
        let kind: [UInt8]
        let counters: QueueingDisciplineCounters
    }

    /// The disciplines at the interfaces' roots; nil where the text is no such file.
    ///
    /// `lose` is told of each element that cannot be read.
    static func rows(of text: Bytes, or lose: (String) -> Void) -> [Row]? {
        guard let elements = JSONValue(text)?.elements else { return nil }
        return elements.enumerated().compactMap { position, element in
            guard let device = element["ifacename"]?.bytes, !device.isEmpty, let kind = element["kind"]?.bytes else {
                lose("element \(position) has no interface or no kind")
                return nil
            }
            var isGood = true
            func number(_ name: StaticString) -> UInt64 {
                guard let member = element[name] else { return 0 }
                if let value = member.unsigned { return value }
                isGood = false
                return 0
            }
            var counters = QueueingDisciplineCounters()
            counters.bytes = number("bytes")
            counters.packets = number("packets")
            counters.drops = number("drops")
            counters.requeues = number("requeues")
            counters.overlimits = number("overlimits")
            counters.queueLength = number("qlen")
            counters.backlog = number("backlog")
            let parent = number("parent")
            guard isGood else {
                lose("a member of element \(position) is no number")
                return nil
            }
            return parent == 0 ? Row(device: device, kind: kind, counters: counters) : nil
        }
    }
}
