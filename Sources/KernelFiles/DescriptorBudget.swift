// SPDX-License-Identifier: Apache-2.0

import Synchronization

/// How many descriptors may be kept open at once, over all files of the process.
///
/// The kernel holds a page behind each kept procfs or sysfs file; above the budget files are opened and closed at
/// every read.
public final class DescriptorBudget: Sendable {
    private let left: Atomic<Int>

    /// A budget of `limit` descriptors.
    public init(limit: Int) {
        left = Atomic(limit)
    }

    /// Takes one; false where none is left.
    func take() -> Bool {
        if left.subtract(1, ordering: .relaxed).newValue >= 0 { return true }
        left.add(1, ordering: .relaxed)
        return false
    }

    /// Gives one back.
    func giveBack() {
        left.add(1, ordering: .relaxed)
    }
}
