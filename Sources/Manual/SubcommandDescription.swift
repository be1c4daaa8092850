// SPDX-License-Identifier: Apache-2.0

package import CollectorKit

/// What users read about a way to run the program.
package struct SubcommandDescription: Sendable {
    /// One or two words: `once`, `config check`.
    package let name: String
    /// What has to stand behind it, for example `FILE`.
    package let operands: [String]
    /// What may stand behind that, any number of times; nil for nothing.
    package let furtherOperands: String?
    /// What it does, in one sentence without a capital and a full stop.
    package let help: String
    /// Flags that only it takes.
    package let options: [OptionDescriptor]
    /// True where it is for packagers and not listed.
    package let isHidden: Bool

    /// A description.
    package init(
        name: String, operands: [String] = [], furtherOperands: String? = nil, help: String,
        options: [OptionDescriptor] = [], isHidden: Bool = false
    ) {
        self.name = name
        self.operands = operands
        self.furtherOperands = furtherOperands
        self.help = help
        self.options = options
        self.isHidden = isHidden
    }

    /// As `--help` shows it.
    package var synopsis: String {
        ([name] + operands + (furtherOperands.map { ["[\($0) ...]"] } ?? [])).joined(separator: " ")
    }

    /// The words of its name.
    package var words: [String] { name.split(separator: " ").map(String.init) }
}
