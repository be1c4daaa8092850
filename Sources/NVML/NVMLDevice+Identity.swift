// SPDX-License-Identifier: Apache-2.0

import CNVML

extension NVMLDevice {
    func readIdentity() -> GPUIdentity {
        var identity = GPUIdentity()
        identity.name = text(CNVML_name, room: 96)
        identity.uuid = text(CNVML_uuid, room: 96)
        identity.serial = text(CNVML_serial, room: 30)
        identity.vbiosVersion = text(CNVML_vbios_version, room: 32)
        identity.infoROMVersion = text(CNVML_inforom_image_version, room: 16)
        identity.boardPartNumber = text(CNVML_board_part_number, room: 80)
        identity.pciAddress = pciAddress
        if let info = pciInfo() {
            identity.pciDeviceID = info.device_id
            identity.pciSubsystemID = info.subsystem_id
        }
        identity.index = u32(CNVML_index)
        identity.minorNumber = u32(CNVML_minor_number)
        identity.brand = u32(CNVML_brand)
        identity.architecture = u32(CNVML_architecture)
        if let (major, minor) = pair(CNVML_compute_capability) {
            identity.computeCapabilityMajor = major
            identity.computeCapabilityMinor = minor
        }
        identity.coreCount = u32(CNVML_core_count)
        identity.numaNode = u32(CNVML_numa_node)
        identity.moduleID = u32(CNVML_module_id)
        if outcome.fault == nil, isSupported(CNVML_gsp_version) {
            let (code, version) = unsafe context.text(room: 64) { unsafe cnvml_gsp_version($0.pointer, handle, $1) }
            note(code, of: CNVML_gsp_version)
            identity.gspFirmwareVersion = version
        }
        identity.gspFirmwareEnabled = pair(CNVML_gsp_mode).map { $0.0 != 0 }
        return identity
    }
}
