// SPDX-License-Identifier: Apache-2.0

import KernelFiles

/// Memory and swap in use; what /proc/meminfo does not say is nil.
///
/// Source: /proc/meminfo, proc_meminfo(5).
struct DaenaMemory {
    /// All memory that the kernel manages.
    let totalBytes: UInt64?
    /// What could not be had without swapping; nil on kernels before 3.14.
    let usedBytes: UInt64?
    /// All swap.
    let swapTotalBytes: UInt64?
    /// Swap in use.
    let swapUsedBytes: UInt64?
    /// True where a line that every kernel has is not there or could not be read, and where more is free than there is.
    let isIncomplete: Bool

    /// The used share, 0 to 100.
    var usedPercent: Double? {
        guard let totalBytes, totalBytes > 0, let usedBytes else { return nil }
        return 100 * Double(usedBytes) / Double(totalBytes)
    }

    /// Reads the file's content.
    init(_ bytes: Bytes) {
        var total, available, swapTotal, swapFree: UInt64?
        var isMalformed = false
        var lines = ByteScanner(bytes)
        while let line = lines.nextLine() {
            var fields = ByteScanner(line)
            guard let name = fields.nextField() else { continue }
            let isKnown = name == "MemTotal:" || name == "MemAvailable:" || name == "SwapTotal:" || name == "SwapFree:"
            guard isKnown else { continue }
            guard let value = DaenaMemory.bytes(&fields) else {
                isMalformed = true
                continue
            }
            if name == "MemTotal:" {
                total = value
            } else if name == "MemAvailable:" {
                available = value
            } else if name == "SwapTotal:" {
                swapTotal = value
            } else {
                swapFree = value
            }
        }
        totalBytes = total
        usedBytes = DaenaMemory.difference(total, available)
        swapTotalBytes = swapTotal
        swapUsedBytes = DaenaMemory.difference(swapTotal, swapFree)
        // Containers may see a part of the host's memory and all that is available of it.
        let isContradictory = (available ?? 0) > (total ?? .max) || (swapFree ?? 0) > (swapTotal ?? .max)
        isIncomplete = isMalformed || total == nil || isContradictory
    }

    private static func bytes(_ fields: inout ByteScanner) -> UInt64? {
        guard let kilobytes = fields.nextUnsigned() else { return nil }
        let (bytes, overflow) = kilobytes.multipliedReportingOverflow(by: 1_024)
        return overflow ? nil : bytes
    }

    private static func difference(_ whole: UInt64?, _ part: UInt64?) -> UInt64? {
        guard let whole, let part, part <= whole else { return nil }
        return whole &- part
    }
}
