// SPDX-License-Identifier: Apache-2.0

/// Which collectors a request asks for.
///
/// The names are sorted and unique, so that equal wishes compare equal.
public enum CollectorSelection: Sendable, Hashable {
    /// Every enabled collector.
    case all

    /// These and no others (`collect[]=`).
    case only([String])

    /// All but these (`exclude[]=`).
    case except([String])
}
