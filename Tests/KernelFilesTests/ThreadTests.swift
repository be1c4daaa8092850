// SPDX-License-Identifier: Apache-2.0

import Foundation
import Synchronization
import Testing

@testable import KernelFiles

@Suite("What threads share")
struct ThreadTests {
    @Test("a signal that is given before the wait is not lost")
    func before() {
        let signal = ThreadSignal()
        signal.give()
        signal.wait()
        // It stays given until it is cleared.
        signal.wait()
    }

    @Test("two threads take turns by their signals")
    func turns() {
        let (ping, pong) = (ThreadSignal(), ThreadSignal())
        let turns = Mutex<[Int]>([])
        let rounds = 500
        let thread = Thread {
            for _ in 0..<rounds {
                ping.wait()
                ping.clear()
                turns.withLock { $0.append(1) }
                pong.give()
            }
        }
        thread.start()
        for _ in 0..<rounds {
            turns.withLock { $0.append(0) }
            ping.give()
            pong.wait()
            pong.clear()
        }
        let expected = (0..<(2 * rounds)).map { $0 % 2 }
        #expect(turns.withLock { $0 } == expected)
    }

    @Test("a thread's name is cut to the 15 bytes that the kernel keeps")
    func name() {
        let found = Mutex("")
        let isNamed = DispatchSemaphore(value: 0)
        let thread = Thread {
            ThreadName.set("a-name-of-many-bytes")
            let bytes = try? Data(contentsOf: URL(fileURLWithPath: "/proc/thread-self/comm"))
            found.withLock { $0 = String(decoding: bytes ?? Data(), as: UTF8.self) }
            isNamed.signal()
        }
        thread.start()
        isNamed.wait()
        #expect(found.withLock { $0 } == "a-name-of-many-\n")
    }

    @Test("a budget gives as many descriptors as it has, and those that come back again")
    func budget() {
        let budget = DescriptorBudget(limit: 2)
        #expect([budget.take(), budget.take(), budget.take(), budget.take()] == [true, true, false, false])
        budget.giveBack()
        #expect([budget.take(), budget.take()] == [true, false])
        #expect(!DescriptorBudget(limit: 0).take())
    }

    @Test("threads that ask at once get no more than there are")
    func budgetOfThreads() {
        let budget = DescriptorBudget(limit: 1_000)
        let taken = Atomic(0)
        DispatchQueue.concurrentPerform(iterations: 8) { _ in
            for _ in 0..<500 where budget.take() { taken.add(1, ordering: .relaxed) }
        }
        // One that is refused may keep another from the last for a moment, but never from more than it asked for.
        while budget.take() { taken.add(1, ordering: .relaxed) }
        #expect(taken.load(ordering: .relaxed) == 1_000)
    }

    @Test("files give their descriptors back when they are closed or gone")
    func budgetOfFiles() throws {
        let tree = try TemporaryTree(["a": "1", "b": "2"])
        let budget = DescriptorBudget(limit: 1, keeping: .anywhere)
        var reader = KernelFileReader(budget: budget)
        do {
            let file = KernelFile(tree["a"])
            _ = try reader.contents(of: file)
            #expect(!budget.take())
            // Above the budget a file is read all the same.
            let other = KernelFile(tree["b"])
            #expect(try reader.contents(of: other).text == "2")
            withExtendedLifetime(file) {}
        }
        #expect(budget.take())
    }
}
