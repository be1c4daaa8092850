// SPDX-License-Identifier: Apache-2.0

/// Which collectors' samples a page is to have.
public enum CollectorChoice: Sendable, Hashable {
    /// Every enabled collector.
    case all

    /// These and no others, by name (`collect[]=`).
    case only([String])

    /// Every enabled collector but these (`exclude[]=`).
    case except([String])
}
