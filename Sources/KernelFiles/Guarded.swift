// SPDX-License-Identifier: Apache-2.0

import Glibc
import Synchronization

/// A value that one thread at a time may use, and in which a thread may be stuck for ever: nobody waits for it.
///
/// Whoever finds somebody else in it gets nil at once. It remembers the scrape that its value is of, so that no value
/// is shown in another one.
public final class Guarded<Value: ~Copyable>: @unchecked Sendable {
    // Sendable: `value` is reached only between a successful exchange of `isTaken` and its release, by one thread.

    private let isTaken = Atomic<Bool>(false)
    /// The scrape whose result the value is, 0 for none.
    private let scrape = Atomic<UInt64>(0)
    @usableFromInline var value: Value

    /// A value that nobody uses and that is of no scrape.
    public init(_ value: consuming Value) {
        self.value = value
    }

    /// True while somebody uses it.
    public var isInUse: Bool { isTaken.load(ordering: .relaxed) }

    /// Uses the value; nil where somebody else does.
    @inlinable
    public func use<Result, Failure: Error>(
        _ body: (inout Value) throws(Failure) -> Result
    ) throws(Failure) -> Result? {
        guard take() else { return nil }
        defer { release() }
        return try body(&value)
    }

    /// Uses the value, and waits up to 10 ms for somebody who is about to be done with it; nil where that takes longer.
    ///
    /// For what several lanes look at for microseconds.
    public func useSoon<Result, Failure: Error>(
        _ body: (inout Value) throws(Failure) -> Result
    ) throws(Failure) -> Result? {
        for _ in 0..<100 {
            if let result = try use(body) { return result }
            usleep(100)
        }
        return nil
    }

    /// Makes the value that of a scrape; nil where somebody else uses it.
    ///
    /// Where `body` throws it is of none.
    @inlinable
    public func update<Result, Failure: Error>(
        in scrape: UInt64, _ body: (inout Value) throws(Failure) -> Result
    ) throws(Failure) -> Result? {
        guard take() else { return nil }
        defer { release() }
        setScrape(0)
        let result = try body(&value)
        setScrape(scrape)
        return result
    }

    /// Uses the value of a scrape; nil where somebody else uses it or where it is another scrape's.
    @inlinable
    public func withResult<Result, Failure: Error>(
        of scrape: UInt64, _ body: (inout Value) throws(Failure) -> Result
    ) throws(Failure) -> Result? {
        guard take() else { return nil }
        defer { release() }
        guard isOf(scrape) else { return nil }
        return try body(&value)
    }

    @usableFromInline
    func take() -> Bool {
        isTaken.compareExchange(expected: false, desired: true, ordering: .acquiring).exchanged
    }

    @usableFromInline
    func release() {
        isTaken.store(false, ordering: .releasing)
    }

    @usableFromInline
    func isOf(_ scrape: UInt64) -> Bool { self.scrape.load(ordering: .relaxed) == scrape }

    @usableFromInline
    func setScrape(_ scrape: UInt64) {
        self.scrape.store(scrape, ordering: .relaxed)
    }
}
