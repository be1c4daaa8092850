// SPDX-License-Identifier: Apache-2.0

extension Duration {
    /// Whole nanoseconds, zero for negative durations and capped at about 146 years.
    var nanoseconds: UInt64 {
        let (seconds, attoseconds) = components
        guard seconds >= 0, attoseconds >= 0 else { return 0 }
        let (product, overflow) = UInt64(seconds).multipliedReportingOverflow(by: 1_000_000_000)
        guard !overflow, product < UInt64(Int64.max / 2) else { return UInt64(Int64.max / 2) }
        return product &+ UInt64(attoseconds / 1_000_000_000)
    }
}
