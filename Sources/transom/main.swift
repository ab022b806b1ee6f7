import TransomCommands

TransomCommand.execute()
