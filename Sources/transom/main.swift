import TransomCommands

TransomCommand.main()
