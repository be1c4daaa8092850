// SPDX-License-Identifier: Apache-2.0

import CollectorKit
import Manual

extension GlobalOptions {
    /// Every flag: the global ones, each collector's switch, each collector's and each subcommand's options.
    static let table = FlagTable(settings + list(configFile) + requests + Subcommand.all.flatMap(\.description.options))
}
