// SPDX-License-Identifier: Apache-2.0

import KernelFiles
import PCIBus

/// A device with what its state follows from and the files that are kept open for it.
struct TrackedDevice {
    var device: Device
    var facts: DeviceFacts
    /// Whether this process has seen it on the bus: then its absence there outweighs a library that still lists it.
    var wasOnBus = false
    /// Whether its present state is one that was judged, so that another one is a change.
    var hasState = false
    /// Whether the scan that is going on has found it.
    var isSeen = false
    private var drm: KernelDirectory?
    private var health: KernelFile?

    init(id: String, kind: ComputeKind) {
        device = Device(id: id, kind: kind)
        facts = DeviceFacts(kind: kind)
    }

    /// Takes over what the PCI bus says of it; true where something else than power has changed.
    mutating func take(_ function: PCIFunction, kind: ComputeKind, model: String, folder: String) -> Bool {
        let before = device
        device.kind = kind
        device.vendor = PCIVendor.label(function.vendorID)
        if !model.isEmpty { device.model = model }
        device.numaNode = function.numaNode
        device.address = function.address
        device.vendorID = function.vendorID
        device.deviceID = function.deviceID
        device.folder = folder
        device.lastSeenSeconds = nil
        facts.kind = kind
        facts.vendorID = function.vendorID
        facts.deviceID = function.deviceID
        facts.isPresent = true
        wasOnBus = true
        isSeen = true
        return device != before
    }

    /// Takes over driver and power; true where the driver is another one.
    mutating func take(_ status: PCIFunctionStatus) -> Bool {
        facts.status = status
        let isOther = device.driver != status.driver ?? ""
        let isChanged = isOther || device.power != status.power
        if isChanged {
            device.power = status.power
            device.driver = status.driver ?? ""
        }
        return isChanged
    }

    /// Takes over how the kernel presents it as an accelerator; true where that is new.
    mutating func take(_ node: AcceleratorNode?) -> Bool {
        guard device.accelerator != node else { return false }
        device.accelerator = node
        health = nil
        guard let node else {
            facts.health = .fine
            return true
        }
        switch node.interface {
        case .habanalabs:
            health = KernelFile(oneRead: node.attributes + "/status")
        case .accel where device.driver == "habanalabs":
            health = KernelFile(oneRead: node.attributes + "/status")
        case .uacce:
            health = KernelFile(oneRead: node.attributes + "/isolate")
        case .accel, .neuron:
            break
        }
        return true
    }

    /// It is not there any more.
    mutating func vanish(lastSeenSeconds: UInt64) {
        facts.isPresent = false
        facts.status = nil
        facts.hasRenderNode = nil
        facts.health = .fine
        device.lastSeenSeconds = lastSeenSeconds
        device.card = nil
        device.renderNode = nil
        device.accelerator = nil
        device.power = .unknown
        drm = nil
        health = nil
    }

    // MARK: What is read in each scrape

    /// Finds DRM nodes and reads the device's health from its own interface; true where a node is another one.
    mutating func refresh(from reader: inout KernelFileReader) -> Bool {
        guard facts.isPresent else { return false }
        // To ask its driver wakes a device that sleeps: it is taken to be as it was.
        if let health, !device.power.isAsleep { facts.health = TrackedDevice.health(health, from: &reader) }
        guard facts.needsRenderNode, !device.folder.isEmpty else { return false }
        let directory = drm ?? KernelDirectory(device.folder + "/drm")
        drm = directory
        var card: Bytes?
        var render: Bytes?
        // Without a driver, or before the driver is through with its start, there is no such folder.
        let before = device.nodeProblem
        do throws(KernelFileError) {
            var names = try reader.list(directory)
            while let name = names.next() {
                if name.hasPrefix("renderD") { render = name }
                // Connectors are beside it: card0-DP-1.
                if name.hasPrefix("card"), name.from(4).unsigned != nil { card = name }
            }
            device.nodeProblem = nil
        } catch {
            device.nodeProblem = error.isMissing ? nil : error.description
            // What was known of its nodes stays.
            if device.nodeProblem != nil { return device.nodeProblem != before }
        }
        facts.hasRenderNode = render != nil
        let isCardNew = TrackedDevice.replace(&device.card, by: card)
        return TrackedDevice.replace(&device.renderNode, by: render) || isCardNew || before != nil
    }

    private static func replace(_ text: inout String?, by bytes: Bytes?) -> Bool {
        switch (text, bytes) {
        case (nil, nil): return false
        case (let old?, let new?) where new == old: return false
        default:
            text = bytes?.text
            return true
        }
    }

    /// habanalabs says `operational`, `needs reset`, `disabled`, `in reset` and the like; uacce's `isolate` is 1 for a
    /// device that is kept from use after errors.
    ///
    /// A file that is not there or not readable says nothing.
    private static func health(_ file: KernelFile, from reader: inout KernelFileReader) -> DeviceFacts.Health {
        guard let text = (try? reader.contents(of: file))?.trimmed else { return .fine }
        if text == "needs reset" || text == "Needs Reset" { return .resetRequired }
        if text == "0" || text == "operational" || text == "Operational" || text.isEmpty { return .fine }
        return .recoveryNeeded
    }
}
