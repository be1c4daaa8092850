// SPDX-License-Identifier: Apache-2.0

import Agent
import CollectorKit
import Devices

/// `devices`: the compute devices of this host, whether each can be used, and if not why.
enum DevicesCommand {
    private static let json = Flag.toggle("json", help: "Print JSON instead of a table.")

    static let subcommand = Subcommand(
        name: "devices", help: "list the compute devices, whether each can be used, and if not why",
        flags: [json], run: run)

    private static func run(_ invocation: Invocation) throws(ConfigurationError) -> Int32 {
        let assembly = try Assembly(options: invocation.options.learningNothing, facts: BuildFacts.agent, logger: nil)
        let inventory = try assembly.context.source(DeviceInventory.self)
        // A scrape, because drivers and libraries are asked in its lanes, by its deadline.
        _ = assembly.scrapeOnce()
        // Where the scan hangs, what was known before it.
        let snapshot = (try? inventory.snapshot()) ?? inventory.latest
        print(
            invocation.options[json] ? DeviceTable.json(snapshot) : DeviceTable.text(snapshot), terminator: "")
        return 0
    }
}

/// `devices forget`: what the state folder has learned is learned anew.
enum DevicesForgetCommand {
    static let subcommand = Subcommand(
        name: "devices forget", furtherOperands: "DEVICE",
        help: "make the state folder forget these devices, or all of them", run: run)

    private static func run(_ invocation: Invocation) throws(ConfigurationError) -> Int32 {
        guard let folder = DeviceOptions.stateFolder(invocation.options) else {
            throw ConfigurationError(
                flag: "path.state", "is needed to know which folder is to forget, for example /var/lib/host-exporter")
        }
        do throws(CollectorError) {
            let count = try DeviceMemory.forget(invocation.operands, in: folder)
            print("forgot \(count) \(count == 1 ? "device" : "devices")")
            return 0
        } catch {
            Command.fputs("host-exporter: \(error)\n")
            return 1
        }
    }
}

extension Options {
    /// The same, but nothing is written to the state folder.
    var learningNothing: Options { with(DeviceOptions.stateReadOnly, true) }
}
