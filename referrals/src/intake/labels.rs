//! The labels that clinical systems, forms and letters put before what they say about a patient.

use std::collections::HashMap;
use std::sync::LazyLock;

/// What a label says its value is.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Label {
    NhsNumber,
    /// "NHS" alone: a label only with a number behind it.
    NhsAlone,
    FullName,
    Family,
    Given,
    Title,
    BirthDate,
    /// "Born": a label only with a date behind it.
    Born,
    Sex,
    /// "Sex at birth", where a gender may be given too.
    BirthSex,
    Address,
    /// A line of the address with a label of its own, "Address line 2", "Town".
    AddressLine,
    Postcode,
    Phone,
    /// "Home tel", "Mobile": a phone that an organisation does not have.
    OwnPhone,
    /// One letter, "M:", "T:".
    ShortPhone,
    Email,
    Language,
    Interpreter,
    CommunicationNeeds,
    SafeContact,
    PracticeOds,
    Reason,
    /// "Re:" above or in a letter.
    Re,
    DeathDate,
    Deceased,
    /// Somebody or something else: what follows is not the patient's.
    Of(Other),
    /// The patient: what follows is.
    Patient,
    /// The value belongs to no field of ours, and ends the one before: a hospital number, an appointment.
    Unread,
}

/// Whom a letter or form speaks of besides the patient.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Other {
    Doctor,
    Practice,
    Relative,
    Hospital,
}

/// Each line: what it is, then the phrases, with words in lower case, without full stops and apostrophes, `;` between.
const PHRASES: &[(Label, &str)] = &[
    (
        Label::NhsNumber,
        "nhs no;nhs number;nhs num;nhs nr;nhs id;nhs;nhsno;nhs #;nhsnumber;nhs n;nhs identifier;national health service number;new nhs no;new nhs number;nhs no nhs number;nhs ref no;nhs patient number;nhs chi no;nhs chi number;nhs number chi;nhs identification number;nnn",
    ),
    (
        Label::FullName,
        "name;full name;fullname;patient name;patients name;name of patient;pt name;client name;service user name;name of service user;name of client;legal name;patient full name;full legal name;surname and forename;surname forename;surname forenames;surname first name;name of person;person name;persons name;name of person being referred;nm",
    ),
    (
        Label::Family,
        "surname;family name;last name;lastname;familyname;sname;second name;family;surname family name;last name surname;legal surname",
    ),
    (
        Label::Given,
        "forename;forenames;forename s;first name;first names;first name s;firstname;given name;given names;given name s;givenname;fname;given;christian name;christian names;forename first name;legal forename;first forename;first name forename;first given name",
    ),
    (Label::Title, "title;salutation;prefix"),
    (
        Label::BirthDate,
        "dob;d o b;date of birth;birth date;birthdate;dateofbirth;date birth;dt of birth;born on;birth dt;birthday;date of birth dob;dob age;dob and age;date of birth age;d of b;dob date of birth",
    ),
    (Label::Born, "born;b;born dob;dob born"),
    (
        Label::Sex,
        "sex;gender;current gender;gender identity;sex gender;gender sex;administrative gender;stated gender;person stated gender;legal sex;legal gender",
    ),
    (
        Label::BirthSex,
        "sex at birth;gender at birth;birth sex;phenotypic sex;sex assigned at birth;sex registered at birth",
    ),
    (
        Label::Address,
        "address;addr;home address;usual address;permanent address;residential address;current address;postal address;full address;address and postcode;address inc postcode;address including postcode;address incl postcode;address with postcode;correspondence address;registered address;patient address;main address;lives at;living at;resides at;residing at;resident at;residence;home add",
    ),
    (
        Label::AddressLine,
        "address line;address line 1;address line 2;address line 3;address line 4;address line 5;address 1;address 2;address 3;address 4;address 5;address1;address2;address3;address4;address5;addressline1;addressline2;addressline3;addressline4;address_1;house;house name;house number;house no;house name number;house name no;street;street name;road;town;city;town city;county;district;locality;village;line1;line2;line3;line 1;line 2;line 3;post town",
    ),
    (
        Label::Postcode,
        "postcode;post code;postal code;postalcode;pcode;p code;zip;zip code;pc",
    ),
    (
        Label::Phone,
        "tel;telephone;phone;tel no;tel nos;tel number;telephone no;telephone number;telephone numbers;phone no;phone number;phone numbers;contact number;contact numbers;contact no;contact nos;contact tel;contact telephone;contact telephone number;contact phone;contact phone number;best contact number;preferred number;preferred phone;preferred contact number;daytime tel;daytime phone;daytime telephone;tel day;day tel;day time tel;evening tel;evening phone;tel evening;phone s;landline;land line;landline number;ph;ph no;number;phones;preferred telephone number;phonenumber;telephonenumber;main phone;alternative number;alternative phone;alternative tel;other phone;other tel;second number;text number;sms",
    ),
    (
        Label::OwnPhone,
        "home tel;home telephone;home phone;home number;home no;tel home;tel h;telephone home;phone home;home;mobile;mob;mobile no;mobile number;mobile tel;mobile telephone;mobile phone;mobile phone number;mobile telephone number;tel mobile;tel mob;tel m;telephone mobile;phone mobile;mob no;cell;cell phone;cellphone;mobilenumber;mobilephone;homephone;work tel;work telephone;work phone;work number;tel work;tel w;phone work;work;home landline;home tel no;home telephone number;home telephone no;home phone number;home phone no;mob tel;home mobile;personal mobile",
    ),
    (Label::ShortPhone, "t;m;h;p"),
    (
        Label::Email,
        "email;e mail;email address;e mail address;mail;emailaddress;email addr;home email;personal email;contact email;e;preferred email",
    ),
    (
        Label::Language,
        "language;preferred language;main language;main spoken language;spoken language;first language;main language spoken;language spoken;languages spoken;languages;language s;primary language;preferred spoken language;language preference;preferredlanguage;mother tongue;native language;1st language;language of choice;main lang;preferred lang;spoken lang",
    ),
    (
        Label::Interpreter,
        "interpreter;interpreter required;interpreter needed;interpreter required y n;interpreter needed y n;needs interpreter;needs an interpreter;need for interpreter;requires interpreter;requires an interpreter;interpreter requirement;interpreter requirements;interpreter req;interpreter reqd;is an interpreter required;is an interpreter needed;is interpreter required;interpreter required language;requires interpreter y n;interpreterneeded;interpreterrequired;translator;translator required;translator needed;interpreting needs;interpretation needed;interpreting required;interpreter necessary;interpreter wanted",
    ),
    (
        Label::CommunicationNeeds,
        "communication needs;communication need;communication;communication requirements;communication requirement;communication difficulties;communication support;communication support needs;communication preferences;communicationneeds;accessible information;accessible information standard;accessible information needs;accessible information standard needs;accessible information requirements;ais;ais needs;ais flag;ais requirements;ais communication needs;reasonable adjustments;reasonable adjustment;reasonable adjustments needed;reasonable adjustments required;reasonable adjustment flag;accessibility;accessibility needs;access needs;information needs;information and communication needs;special communication needs;additional needs;additional communication needs;communication needs ais;ais reasonable adjustments;communication needs ais reasonable adjustments;communication ais;communication access needs;communication needs reasonable adjustments;sensory needs;special requirements;adjustments;adjustments needed;support needs;communication and information needs",
    ),
    (
        Label::SafeContact,
        "safe to contact;safe contact;safe contact note;safe contact notes;safe contact details;safe to call;safe to phone;safe to leave message;safe to leave a message;safe to leave voicemail;safe to leave a voicemail;ok to leave message;ok to leave a message;ok to leave voicemail;ok to leave a voicemail;okay to leave voicemail;may we leave a message;can we leave a message;can a message be left;contact note;contact notes;contact preference;contact preferences;contact instructions;preferred contact;preferred contact method;preferred method of contact;preferred means of contact;best way to contact;how to contact;contact restrictions;contact warning;contact alert;voicemail;leave voicemail;leave message;leave messages;messages;consent to voicemail;contact safely;safe contact method;safe contact number note;safecontactnote;contact comments;contact information notes;contacting the patient;safe contact arrangements;best time to contact;best time to call;best times to call;contact precautions",
    ),
    (
        Label::PracticeOds,
        "ods;ods code;practice ods;practice ods code;practice code;surgery code;gp practice code;gp practice ods code;gp code practice;registered practice code;registered practice ods;registered practice ods code;ods practice code;gp ods code;gp ods;organisation code;org code;ods organisation code;national practice code;nacs code;gp surgery ods code;practice national code;practiceods;practiceodscode;odscode;surgery ods code;registered gp practice ods code;practice id",
    ),
    (
        Label::Reason,
        "reason;reason for referral;referral reason;presenting problem;presenting complaint;reason for contact;reason for referring;presenting problems;presenting issue;reasonforreferral;reason for request;referral details;main problem;current problem;problem;presenting difficulty;reasons for referral;reason for this referral",
    ),
    (Label::Re, "re;regarding;ref patient;concerning"),
    (
        Label::DeathDate,
        "date of death;dod;d o d;death date;deceased date;date deceased;died;died on;deceased on;dateofdeath;deceased date time;deceaseddatetime;date of decease;died date;dt of death;date time of death;patient died;deceased since",
    ),
    (
        Label::Deceased,
        "deceased;deceased y n;is deceased;dead;patient deceased;deceasedboolean;deceased flag;patient status;registration status;death status;life status;deceased status;status;vital status;patient is deceased;patient has died",
    ),
    (
        Label::Patient,
        "patient;patients;patient details;patient detail;patient demographics;demographics;demographic details;patient information;patient info;pt;client;client details;service user;service user details;personal details;about the patient;details of patient;details of the patient;patient record;subject;about you;your details;person being referred;referred patient;personal information;contact details;patient contact details;pt details;patient data;patient summary;subject of referral",
    ),
    (
        Label::Of(Other::Doctor),
        "gp;usual gp;registered gp;named gp;own gp;gp name;name of gp;accountable gp;named accountable gp;doctor;dr;registered doctor;usual doctor;gps;referring gp;referring clinician;referring doctor;referred by;referrer;referrer details;referrer name;referrers name;name of referrer;referrers;clinician;consultant;author;signed;signed by;sender;sent by;from;responsible clinician;practitioner;usual clinician;healthcare professional;care coordinator;care co ordinator;gp details;gp information;gp s;completed by;form completed by;seen by;physiotherapist;therapist;secretary;social worker;key worker;keyworker;health visitor;nurse;dictated by;typed by;requested by;requester;written by;user;entered by;staff;staff member;contact person;printed by;reported by;reviewed by;link worker;social prescriber;general practitioner;registrar;usual gp name;referrer information;referring professional;professional;dentist;midwife;midwife name;solicitor;employer;assessor;case manager;referral from;referral made by;referral by;clinic contact;consultant name;named consultant;prescriber",
    ),
    (
        Label::Of(Other::Practice),
        "practice;gp practice;surgery;gp surgery;registered practice;registered surgery;registered gp practice;practice name;surgery name;name of practice;name of surgery;practice details;surgery details;registered at;registered with;medical centre;health centre;practice address;surgery address;gp address;gp practice details;gp and practice;gp practice name;usual practice;referring practice;referring organisation;organisation;pcn;primary care network;practice manager;registered gp surgery;registered gp and practice;gp name and address;gp name address;gp name and practice;gp details and address;name of gp practice;registered gp practice name;organisation name;managingorganization;referring surgery;chemist;nominated pharmacy;pharmacy;dispenser;school",
    ),
    (
        Label::Of(Other::Relative),
        "next of kin;nok;n o k;next of kin details;nok details;nok name;next of kin name;name of next of kin;emergency contact;emergency contacts;emergency contact details;emergency contact name;in case of emergency;ice;carer;carers;carer details;carer name;name of carer;main carer;carers name;mother;father;mum;dad;wife;husband;partner;spouse;son;daughter;sister;brother;parent;parents;guardian;parent guardian;parent or guardian;parent carer;parent carer details;contact relationship;relative;relatives;relation;relationship;relationship to patient;power of attorney;lpa;advocate;family contact;attorney;friend;neighbour;responsible person;representative;mothers;fathers;husbands;wifes;partners;spouses;sons;daughters;next of kins;alternative contact;alternative contact name;third party contact;other contact;key contact;lasting power of attorney;appointee;proxy;named contact;trusted contact;mothers name;fathers name;maiden name of mother;household member;household members;dependants;dependant;children;child;person to contact",
    ),
    (
        Label::Of(Other::Hospital),
        "hospital;clinic;department;dept;ward;trust;hospital name;outpatient clinic;our address;hospital details;nhs trust;nhs foundation trust;clinic details;clinic name;location;venue;site;service;service name;referred to;refer to;referral to;refer to service;to;cc;copy to;copies to;copy;bcc;for the attention of;fao;attn;sent to;addressee;recipient;recipient details;reply to;return to;provider;service address;venue address;clinic address;enquiries;enquiries to;enquiry line;appointments;appointments line;booking line;switchboard;direct line;direct dial;secretarys;secretary tel;secretarys tel;our tel;fax;fax no;fax number;website;web;www;url;bleep;ext;extension;facsimile;reception;fax no surgery;admin;admin team;receiving service;receiving organisation",
    ),
    (
        Label::Unread,
        "hospital no;hospital number;hosp no;hosp number;hospital id;hospital ref;mrn;medical record number;unit no;unit number;patient id;patient no;patient number;pas no;pas number;pas id;district number;case number;case no;chi;chi no;chi number;h c number;h c no;hcn;health and care number;our ref;your ref;ref;ref no;reference;reference number;ubrn;booking reference;emis no;emis number;emis id;systmone id;registration number;gmc;gmc no;gmc number;ni no;ni number;nino;national insurance no;national insurance number;passport no;appointment;appointment date;date of appointment;appt;appt date;date of clinic;clinic date;date seen;seen on;date of letter;letter date;date;dated;date typed;date dictated;date of referral;referral date;date referred;typed;dictated;date of visit;visit date;admission date;date of admission;discharge date;date of discharge;admitted;discharged;date registered;registered on;registration date;date printed;printed;printed on;date of onset;onset;date of injury;date of consent;review date;date of review;subject line;ethnicity;ethnic origin;ethnic group;ethnic category;religion;marital status;occupation;nationality;country of birth;place of birth;age;known as;preferred name;likes to be called;nickname;alias;previous name;previous names;previous surname;former name;former surname;maiden name;birth name;surname at birth;middle name;middle names;middle name s;also known as;aka;diagnosis;diagnoses;problems;history;past medical history;pmh;medical history;medication;medications;current medication;allergies;allergy;bmi;bp;blood pressure;height;weight;smoking;smoking status;alcohol;examination;plan;action;actions;actions for gp;impression;investigations;results;urgency;priority;consent;consent given;consent to share;comments;notes;additional information;further information;background;family history;fh;fhx;social history;sh;drug history;dh;housing;lives with;living arrangements;employment;transport;mobility;hearing;vision;time;nhs number status;nhs no status;nhs number status indicator;nhs status;nhs number trace status;nhs number trace;tracing status;nhs number not known;account number;account no;sort code;referral id;referral number;order number;order no;invoice no;specimen no;sample no;lab no;accession no;previous address;previous addresses;old address;former address;temporary address;previous postcode;old nhs number;old nhs no;pronouns;sexual orientation;veteran;telephone consultation;telephone appointment;telephone call;phone call;nhs email;dx;mental state;duration;pain duration;measures;goals;country;current medications;repeat medication;outcome;assessment;follow up;signature;position;job title;role;grade;profession;designation;specialty;speciality;treatment;team;subject;hospital nhs trust;type;category;use;system;version;language code",
    ),
];

type Lexicon = HashMap<&'static str, Vec<(Vec<&'static str>, Label)>>;

/// Phrases by their first word, the longest first.
static LEXICON: LazyLock<Lexicon> = LazyLock::new(|| {
    let mut lexicon = Lexicon::new();
    for (label, phrases) in PHRASES {
        for phrase in phrases.split(';') {
            let label = if phrase == "nhs" {
                Label::NhsAlone
            } else {
                *label
            };
            let words: Vec<&str> = phrase.split([' ', '_']).collect();
            if let Some(first) = words.first() {
                let entry = lexicon.entry(first).or_default();
                if !entry.iter().any(|(known, _)| *known == words) {
                    entry.push((words, label));
                }
            }
        }
    }
    for phrases in lexicon.values_mut() {
        phrases.sort_by_key(|(words, _)| std::cmp::Reverse(words.len()));
    }
    lexicon
});

/// The longest phrase that these words begin with, and how many of them it takes.
pub fn longest(words: &[&str]) -> Option<(Label, usize)> {
    let phrases = LEXICON.get(words.first()?)?;
    phrases
        .iter()
        .find(|(phrase, _)| {
            words
                .get(..phrase.len())
                .is_some_and(|start| start == phrase.as_slice())
        })
        .map(|(phrase, label)| (*label, phrase.len()))
}

/// Whether any phrase begins with this word.
pub fn begins_a_phrase(word: &str) -> bool {
    LEXICON.contains_key(word)
}

/// The label that these words are, all of them.
pub fn exact(words: &[&str]) -> Option<Label> {
    longest(words)
        .filter(|(_, count)| *count == words.len())
        .map(|(label, _)| label)
}
