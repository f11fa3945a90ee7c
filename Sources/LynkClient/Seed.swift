enum LynkClientSeed {}
