// SPDX-License-Identifier: Apache-2.0

import CNVML

extension NVMLLibrary {
    /// How many devices the library lets us use; the ones without permission are not among them.
    public func deviceCount() throws(NVMLError) -> Int {
        var count: UInt32 = 0
        try require("nvmlDeviceGetCount_v2") { unsafe cnvml_device_count($0.pointer, &count) }
        // A bound on what a failing library may make us do.
        return Int(min(count, 4_096))
    }

    /// Opens the device at a PCI address as sysfs writes it (`0000:65:00.0`).
    ///
    /// The address is the way to a device that stays: indices shift when another device is lost. Where the driver
    /// cannot look up by address, the devices are walked. Wakes a suspended device, and a device that nothing keeps
    /// initialised may take seconds.
    ///
    /// - Throws: 6 no such device, 15 and 16 for a device that is lost or needs a reset, 4 without permission.
    public func device(at pciAddress: String) throws(NVMLError) -> NVMLDevice {
        var handle: cnvml_device = 0
        let call = "nvmlDeviceGetHandleByPciBusId_v2"
        guard isInitialized else { throw NVMLError(.staleHandle, call: call) }
        let code = context.call { library in
            unsafe pciAddress.withCString { unsafe cnvml_device_by_bus_id(library.pointer, $0, &handle) }
        }
        if code == .symbolMissing { return try walk(to: pciAddress) }
        guard code == .success else { throw NVMLError(code, call: call) }
        return NVMLDevice(handle: handle, context: context, pciAddress: pciAddress)
    }

    /// Opens the device of a UUID (`GPU-…`), for one that has no PCI address.
    ///
    /// - Throws: as by address.
    public func device(uuid: String) throws(NVMLError) -> NVMLDevice {
        var handle: cnvml_device = 0
        let call = "nvmlDeviceGetHandleByUUID"
        guard isInitialized else { throw NVMLError(.staleHandle, call: call) }
        let code = context.call { library in
            unsafe uuid.withCString { unsafe cnvml_device_by_uuid(library.pointer, $0, &handle) }
        }
        guard code == .success else { throw NVMLError(code, call: call) }
        return NVMLDevice(handle: handle, context: context, pciAddress: nil)
    }

    /// Opens the device with this index of the library, for systems that show no PCI entry of it (WSL, Jetson, some
    /// sandboxes) and for a first look at what there is.
    public func device(index: Int) throws(NVMLError) -> NVMLDevice {
        var handle: cnvml_device = 0
        let call = "nvmlDeviceGetHandleByIndex_v2"
        guard let index = UInt32(exactly: index) else { throw NVMLError(.invalidArgument, call: call) }
        try require(call) { unsafe cnvml_device_by_index($0.pointer, index, &handle) }
        let device = NVMLDevice(handle: handle, context: context, pciAddress: nil)
        return device
    }

    private func walk(to pciAddress: String) throws(NVMLError) -> NVMLDevice {
        var failure: NVMLError?
        for index in 0..<(try deviceCount()) {
            do {
                let device = try device(index: index)
                if device.pciAddress == pciAddress { return device }
            } catch {
                if case .generation = error.recovery { throw error }
                // It may be the one that was asked for: nothing tells until all others have been seen.
                failure = error
            }
        }
        throw failure ?? NVMLError(.notFound, call: "nvmlDeviceGetHandleByIndex_v2")
    }

    private func require(_ call: String, _ body: (LoadedLibrary) -> Int32) throws(NVMLError) {
        guard isInitialized else { throw NVMLError(.staleHandle, call: call) }
        let code = context.call(body)
        guard code == .success else { throw NVMLError(code, call: call) }
    }
}
