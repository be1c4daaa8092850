// SPDX-License-Identifier: Apache-2.0

import Glibc
import KernelFiles

/// The CPUs on which events are counted.
struct PerfCPUs {
    /// A CPU; a box, because descriptors have one owner.
    private final class Box {
        var cpu: PerfCPU

        init(_ cpu: consuming PerfCPU) {
            self.cpu = cpu
        }
    }

    /// Why nothing can be counted at all; nil where it can.
    private(set) var failure: PerfError?
    private var boxes: [Box] = []

    /// The number of CPUs.
    var count: Int { boxes.count }

    /// Counts events on these CPUs from now on; those that were counted on already go on.
    mutating func open(_ numbers: [Int], _ events: [PerfEvent]) {
        let known = boxes
        boxes = []
        failure = nil
        for number in numbers {
            if let box = known.first(where: { $0.cpu.number == number }) {
                boxes.append(box)
                continue
            }
            let cpu = PerfCPU(number, events)
            if let failure = cpu.failure, failure.isPermission || failure.errno == ENOSYS {
                // What one may not be asked the others may not either.
                self.failure = failure
                boxes = []
                return
            }
            boxes.append(Box(cpu))
        }
    }

    /// The number of a CPU by its place.
    func number(of place: Int) -> Int { boxes[place].cpu.number }

    /// Why events of a CPU are not counted that the kernel knows; nil where all are.
    func failure(of place: Int) -> PerfError? { boxes[place].cpu.failure }

    /// Reads the events of a CPU and hands out what each has counted, by its place among them.
    mutating func read(_ place: Int, _ take: (Int, UInt64) -> Void) throws(PerfError) {
        try boxes[place].cpu.read(take)
    }
}
