// SPDX-License-Identifier: Apache-2.0

import PCIBus

/// The compute devices on the PCI bus: asks cheaply whether anything has changed and scans only then.
final class PCIWatcher {
    /// How often to ask; on a bus of hundreds of functions even that is some 0.05 ms.
    static let askIntervalNanoseconds: UInt64 = 5_000_000_000
    /// How often to scan though nothing seems to have changed.
    static let scanIntervalNanoseconds: UInt64 = 300_000_000_000

    /// The compute devices of the last scan, by address.
    private(set) var functions: [PCIFunction] = []
    /// Who made each function of the last scan, compute device or not.
    private(set) var vendorOf: [PCIAddress: UInt16] = [:]
    /// Who made each display controller of the last scan that computes nothing.
    private(set) var vendorOfConsole: [PCIAddress: UInt16] = [:]
    /// Why there is no bus; nil where there is one.
    private(set) var absence: String?
    /// What could not be read of the bus.
    private(set) var problem: String?

    private var scanner: PCIBusScanner
    private let isPatient: Bool
    private var modelNames: [UInt32: String] = [:]
    private var token: UInt64?
    private var askedNanoseconds: UInt64?
    private var scannedNanoseconds: UInt64 = 0

    /// A watcher of the bus below a sysfs.
    ///
    /// An impatient one asks each time, for tests.
    init(sysfs: String, identifiersPath: String?, isPatient: Bool = true) throws(PCIBusError) {
        scanner = try PCIBusScanner(path: sysfs + "/bus/pci", identifiersPath: identifiersPath)
        self.isPatient = isPatient
    }

    /// Finds out whether functions came or went or changed drivers; true where it scanned.
    func update(nowNanoseconds now: UInt64) -> Bool {
        if isPatient, let asked = askedNanoseconds, now &- asked < PCIWatcher.askIntervalNanoseconds { return false }
        let isFirst = askedNanoseconds == nil
        askedNanoseconds = now
        let isDue = isFirst || now &- scannedNanoseconds >= PCIWatcher.scanIntervalNanoseconds
        guard isDue || scanner.changeToken() != token else { return false }
        scan(nowNanoseconds: now)
        return true
    }

    /// Scans at once.
    func scan(nowNanoseconds now: UInt64) {
        scannedNanoseconds = now
        do throws(PCIBusError) {
            let all = try scanner.scan()
            absence = nil
            let lost = scanner.lostFunctions
            problem = lost == 0 ? nil : "\(lost) PCI functions cannot be read (\(scanner.lostReason ?? "unknown"))"
            vendorOf = [:]
            vendorOfConsole = [:]
            for function in all {
                vendorOf[function.address] = function.vendorID
                if function.isConsole { vendorOfConsole[function.address] = function.vendorID }
            }
            functions = all.filter { $0.kind != .none }
            nameNewOnes()
        } catch {
            switch error {
            case .absent:
                absence = error.description
                problem = nil
                functions = []
                vendorOf = [:]
                vendorOfConsole = [:]
            case .unreadable, .library:
                // What was there is taken to be there still: not to see is not to know that it is gone.
                problem = error.description
            }
        }
        token = scanner.changeToken()
    }

    /// Driver, power and configuration space of one function now; nil where it is gone.
    func status(of address: PCIAddress) -> PCIFunctionStatus? { scanner.status(of: address) }

    /// What pci.ids calls a function; empty where it does not know it.
    func model(of function: PCIFunction) -> String { modelNames[PCIWatcher.key(function)] ?? "" }

    /// pci.ids is read only where there is a device to name.
    private func nameNewOnes() {
        let unnamed = functions.filter { modelNames[PCIWatcher.key($0)] == nil }
        guard !unnamed.isEmpty else { return }
        for (function, names) in zip(unnamed, scanner.names(of: unnamed)) {
            modelNames[PCIWatcher.key(function)] = names.device ?? ""
        }
    }

    private static func key(_ function: PCIFunction) -> UInt32 {
        UInt32(function.vendorID) << 16 | UInt32(function.deviceID)
    }
}
