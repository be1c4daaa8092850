// SPDX-License-Identifier: Apache-2.0

import KernelFiles

/// The kernel's lists of CPUs: `0-3,8,10-11`.
enum CPUList {
    /// No kernel has more.
    private static let limit: UInt64 = 65_536

    /// The numbers of a list; a part that is none is left out.
    static func numbers(_ bytes: Bytes) -> [Int] {
        var numbers: [Int] = []
        var parts = ByteScanner(bytes.trimmed)
        while let part = parts.nextPiece(separator: UInt8(ascii: ",")) {
            let dash = part.firstIndex(of: UInt8(ascii: "-"))
            guard let first = part.upTo(dash ?? part.count).unsigned, first < limit else { continue }
            guard let dash else {
                numbers.append(Int(first))
                continue
            }
            guard let last = part.from(dash + 1).unsigned, last < limit, last >= first else { continue }
            numbers.append(contentsOf: Int(first)...Int(last))
        }
        return numbers
    }
}
