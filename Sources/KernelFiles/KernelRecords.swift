// SPDX-License-Identifier: Apache-2.0

/// How the kernel writes a file, which says what a short read means.
///
/// Source: kernel Documentation/filesystems/seq_file.rst.
public enum KernelRecords: Sendable {
    /// All in one go, as the files of sysfs and /proc/sys and those that `single_open` makes: a read that is not full
    /// has the rest.
    case one
    /// Record by record (mostly lines), none longer than `longest` bytes: a read also ends where the next record
    /// does not fit.
    case many(longest: Int)
    /// Record by record of any length: only a read of nothing is the end.
    case manyOfAnyLength
}
