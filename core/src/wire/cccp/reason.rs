//! Why a command failed.

use std::borrow::Cow;

use crate::wire::xml::lexical::token;
use crate::wire::xml::owned::Owned;

/// The `reason` of a failed command; the factory also sends it as SIP reason phrase.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Reason<'a> {
    // The factory's (MS-CONFPRO 2.2.3).
    /// The organizer may not create conferences with admission policy `anonymous`.
    AnonymousUsersNotAllowed,
    /// The organizer has a conference with this id.
    ConferenceExistsAlready,
    /// The factory knows no such conference.
    ConferenceDoesNotExist,
    /// The settings of an MCU are too large.
    EntitySettingsTooLarge,
    /// The organizer may not create conferences with federated users.
    FederatedUsersNotAllowed,
    /// The admission policy is missing.
    InvalidAdmissionPolicy,
    /// The server does not support this autopromote value.
    InvalidAutopromoteValue,
    /// The conference id is malformed.
    InvalidConferenceId,
    /// The certificate given for the response cannot be used.
    InvalidEncryptionKey,
    /// The conference key was encrypted for a certificate that is not current.
    InvalidEncryptionKeyUsed,
    /// The expiry time is malformed.
    InvalidExpiryTime,
    /// The conference key is missing, malformed or cannot be decrypted.
    InvalidPasscode,
    /// A role is malformed.
    InvalidRole,
    /// The request for a static meeting is malformed.
    InvalidStaticMeetingRequest,
    /// The URI of a user is malformed.
    InvalidUserEntity,
    /// The version is not that of the conference.
    InvalidVersion,
    /// The organizer has too many conferences.
    MaxConferencesExceeded,
    /// The organizer has too many static meetings.
    MaxStaticMeetingsExceeded,
    /// There is no MCU of a type.
    McuTypeNotAvailable,
    /// The notification data is too large.
    NotificationDataTooLarge,
    /// The organizer's own data is too large.
    OrganizerRoamingDataTooLarge,
    /// The organizer may not create conferences with access by telephone.
    PstnBridgeNotEnabled,
    /// The organizer may not let telephone users pass the lobby by.
    PstnLobbyBypassNotAllowed,
    /// The request for access by telephone is malformed.
    PstnMeetingIdCannotBeSpecified,
    /// The conference is static and the request is not about static ones, or the other way round.
    StaticFlagDoesntMatch,
    /// None of the others describes it.
    OtherFailure,
    // Those of focus and MCU; no public document lists them.
    /// The focus or MCU knows no such conference.
    ConferenceDoesntExist,
    /// The MCU serves the conference already.
    ConferenceExists,
    /// The user has no such endpoint.
    EndpointDoesntExist,
    /// The sender may not do that.
    Forbidden,
    /// The conference is full.
    MaxMeetingSizeExceeded,
    /// The endpoint has no such medium.
    MediaDoesntExist,
    /// The endpoint has this medium already.
    MediaExists,
    /// The called user cannot take part in this kind of session.
    MediaNotSupported,
    /// The command is not implemented.
    NotSupported,
    /// The request was cancelled.
    RequestCancelled,
    /// The request is malformed.
    RequestMalformed,
    /// The request is too large.
    RequestTooLarge,
    /// The server is overloaded.
    ServerBusy,
    /// The MCU did not answer.
    Timeout,
    /// The sender's identity or role is not sufficient.
    Unauthorized,
    /// The type of MCU is not known.
    UnknownMcuType,
    /// The called user is busy.
    UserBusy,
    /// The called user declined.
    UserDeclined,
    /// The user was denied admission.
    UserDenied,
    /// There is no such user.
    UserDoesntExist,
    /// The user is in the conference already.
    UserExists,
    /// The called user did not answer.
    UserNotAnswered,
    /// The user was ejected.
    UserRemoved,
    /// The called user is not known.
    UserUnknown,
    /// Some other reason, as spelled.
    Other(Cow<'a, str>),
}

impl<'a> Reason<'a> {
    /// Every known reason with its spelling.
    pub const SPELLINGS: [(Self, &'static str); 50] = [
        (Self::AnonymousUsersNotAllowed, "anonymousUsersNotAllowed"),
        (Self::ConferenceExistsAlready, "conferenceExistsAlready"),
        (Self::ConferenceDoesNotExist, "conferenceDoesNotExist"),
        (Self::EntitySettingsTooLarge, "entitySettingsTooLarge"),
        (Self::FederatedUsersNotAllowed, "federatedUsersNotAllowed"),
        (Self::InvalidAdmissionPolicy, "invalidAdmissionPolicy"),
        (Self::InvalidAutopromoteValue, "invalidAutopromoteValue"),
        (Self::InvalidConferenceId, "invalidConferenceId"),
        (Self::InvalidEncryptionKey, "invalidEncryptionKey"),
        (Self::InvalidEncryptionKeyUsed, "invalidEncryptionKeyUsed"),
        (Self::InvalidExpiryTime, "invalidExpiryTime"),
        (Self::InvalidPasscode, "invalidPasscode"),
        (Self::InvalidRole, "invalidRole"),
        (Self::InvalidStaticMeetingRequest, "invalidStaticMeetingRequest"),
        (Self::InvalidUserEntity, "invalidUserEntity"),
        (Self::InvalidVersion, "invalidVersion"),
        (Self::MaxConferencesExceeded, "maxConferencesExceeded"),
        (Self::MaxStaticMeetingsExceeded, "maxStaticMeetingsExceeded"),
        (Self::McuTypeNotAvailable, "mcuTypeNotAvailable"),
        (Self::NotificationDataTooLarge, "notificationDataTooLarge"),
        (Self::OrganizerRoamingDataTooLarge, "organizerRoamingDataTooLarge"),
        (Self::PstnBridgeNotEnabled, "pstnBridgeNotEnabled"),
        (Self::PstnLobbyBypassNotAllowed, "pstnLobbyBypassNotAllowed"),
        (Self::PstnMeetingIdCannotBeSpecified, "pstnMeetingIdCannotBeSpecified"),
        (Self::StaticFlagDoesntMatch, "staticFlagDoesntMatch"),
        (Self::OtherFailure, "otherFailure"),
        (Self::ConferenceDoesntExist, "conferenceDoesntExist"),
        (Self::ConferenceExists, "conferenceExists"),
        (Self::EndpointDoesntExist, "endpointDoesntExist"),
        (Self::Forbidden, "forbidden"),
        (Self::MaxMeetingSizeExceeded, "maxMeetingSizeExceeded"),
        (Self::MediaDoesntExist, "mediaDoesntExist"),
        (Self::MediaExists, "mediaExists"),
        (Self::MediaNotSupported, "mediaNotSupported"),
        (Self::NotSupported, "notSupported"),
        (Self::RequestCancelled, "requestCancelled"),
        (Self::RequestMalformed, "requestMalformed"),
        (Self::RequestTooLarge, "requestTooLarge"),
        (Self::ServerBusy, "serverBusy"),
        (Self::Timeout, "timeout"),
        (Self::Unauthorized, "unauthorized"),
        (Self::UnknownMcuType, "unknownMcuType"),
        (Self::UserBusy, "userBusy"),
        (Self::UserDeclined, "userDeclined"),
        (Self::UserDenied, "userDenied"),
        (Self::UserDoesntExist, "userDoesntExist"),
        (Self::UserExists, "userExists"),
        (Self::UserNotAnswered, "userNotAnswered"),
        (Self::UserRemoved, "userRemoved"),
        (Self::UserUnknown, "userUnknown"),
    ];

    /// The reason spelled so.
    pub fn parse(text: Cow<'a, str>) -> Self {
        let spelled = token(&text);
        match Self::SPELLINGS.into_iter().find(|(_, spelling)| *spelling == spelled) {
            Some((reason, _)) => reason,
            None => Self::Other(text),
        }
    }

    /// As it is spelled on the wire.
    pub fn as_str(&self) -> &str {
        match self {
            Self::Other(text) => text,
            known => Self::SPELLINGS.iter().find(|(reason, _)| reason == known).map_or("", |(_, text)| *text),
        }
    }

    /// The same reason, independent of the document it was read from.
    pub fn into_owned(self) -> Reason<'static> {
        self.owned()
    }
}

impl Owned for Reason<'_> {
    type Owned = Reason<'static>;
    fn owned(self) -> Self::Owned {
        Reason::parse(Cow::Owned(self.as_str().to_owned()))
    }
}
