// A schema that types are made of: it refers to itself.
({ Entity: {}, name: 'string', friends: { many: 'Person', required: false } });
