// SPDX-License-Identifier: Apache-2.0

import Agent
import Glibc

Signals.prepare()
exit(Command.run(Array(CommandLine.arguments.dropFirst())))
