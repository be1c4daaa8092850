// SPDX-License-Identifier: Apache-2.0

import Agent
import CollectorKit
import Configuration
import Serving

/// `config print`: what is in force and where it came from, as a configuration file.
enum ConfigPrintCommand {
    static let subcommand = Subcommand(
        name: "config print", help: "print the effective configuration and where each value came from", run: run)

    /// What was given stands as a setting, what has its default as a comment: the text is a file that says the same.
    private static func run(_ invocation: Invocation) throws(ConfigurationError) -> Int32 {
        let configuration = invocation.configuration
        _ = try ServerConfiguration(configuration.options, version: BuildFacts.version)
        _ = try Assembly(options: configuration.options, facts: BuildFacts.agent, logger: nil)
        print("# What was given, each with its origin; defaults are commented out.")
        for option in GlobalOptions.fileTable.options {
            if let setting = configuration.settings[option.name] {
                print("\(ConfigurationText.line(option, setting.values))  # \(setting.origin)")
            } else if !option.isHidden {
                let standard = ConfigurationText.standardLine(option)
                let isOff =
                    option.name.hasPrefix("collector.") && option.isSwitch
                    && configuration.options[CollectorDescriptor.disableDefaults] && isCollector(option.name)
                print("# \(isOff ? "\(option.name): false  # collector.disable-defaults" : standard + "  # default")")
            }
        }
        return 0
    }

    private static func isCollector(_ name: String) -> Bool {
        GlobalOptions.collectors.contains { "collector." + $0.name == name }
    }
}
