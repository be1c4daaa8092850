// SPDX-License-Identifier: Apache-2.0

/// What the numbers of NVIDIA's library mean, as label values.
enum GPUWords {
    static func computeMode(_ mode: UInt32) -> StaticString {
        switch mode {
        case 0: "default"
        case 1: "exclusive_thread"
        case 2: "prohibited"
        case 3: "exclusive_process"
        default: "unknown"
        }
    }

    static func recoveryAction(_ action: UInt32) -> StaticString {
        switch action {
        case 0: "none"
        case 1: "gpu_reset"
        case 2: "node_reboot"
        case 3: "drain_p2p"
        case 4: "drain_and_reset"
        case 5: "recover_imex"
        case 6: "bus_reset"
        case 7: "system_reboot"
        default: "unknown"
        }
    }

    static func fabricState(_ state: UInt32) -> StaticString {
        switch state {
        case 0: "not_supported"
        case 1: "not_started"
        case 2: "in_progress"
        case 3: "completed"
        default: "unknown"
        }
    }
}
