enum LynkServerSeed {}
