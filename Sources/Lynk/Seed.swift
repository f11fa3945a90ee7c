enum LynkSeed {}
