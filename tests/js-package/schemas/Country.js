// A schema that types are made of: what cities refer to.
({ Registry: {}, name: 'string' });
